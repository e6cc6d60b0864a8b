// One line of the conversation, of any kind.
import { memo } from 'react';
import type { Row } from '../store/timeline.js';
import { AnswerRow } from './answer-row.js';
import { PendingRow } from './pending-row.js';
import type { RowActions } from './row-actions.js';
import { SaidRow } from './said-row.js';
import { answersText, dayOf, quietText, timeOf } from './words.js';

export const MessageRow = memo(function MessageRow({ row, actions }: { row: Row; actions: RowActions }) {
  switch (row.kind) {
    case 'day':
      return (
        <div className="divider-row" role="separator">
          <span>{dayOf(row.ts)}</span>
        </div>
      );
    case 'new':
      return (
        <div className="divider-row divider-new" role="separator">
          <span>New messages</span>
        </div>
      );
    case 'answers':
      return (
        <div className="divider-row" role="separator">
          <span>{row.count === 0 ? 'No answers yet' : answersText(row.count)}</span>
        </div>
      );
    case 'quiet':
      return (
        <p className="quiet-row" dir="auto">
          {quietText(row.event, actions.me)} <time dateTime={row.event.ts}>{timeOf(row.event.ts)}</time>
        </p>
      );
    case 'answer':
      return <AnswerRow row={row} actions={actions} />;
    case 'pending':
      return <PendingRow row={row} actions={actions} />;
    case 'message':
      return <SaidRow row={row} actions={actions} />;
  }
});
