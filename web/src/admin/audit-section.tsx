// The audit trail, by kind, the newest first.
import type { AuditKind } from '@natter/contracts/admin';
import { useId, useState } from 'react';
import { useNatter } from '../frame/natter-context.js';
import { fullTimeOf } from '../messages/words.js';
import { ListView } from './list-view.js';
import { useList } from './use-list.js';
import { auditText, kindWords } from './words.js';

export function AuditSection() {
  const { rest } = useNatter();
  const id = useId();
  const [kind, setKind] = useState<AuditKind | ''>('');
  const entries = useList(`audit ${kind}`, (cursor) =>
    rest.admin.audit({ ...(kind && { kind }), ...(cursor && { cursor }) }),
  );
  return (
    <>
      <p className="section-line">
        <label htmlFor={id} className="facts">
          Show
        </label>
        <select id={id} value={kind} onChange={(event) => setKind(event.target.value as AuditKind | '')}>
          <option value="">everything</option>
          {Object.entries(kindWords).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <button type="button" className="button small" onClick={entries.reload}>
          Look again
        </button>
      </p>
      <ListView list={entries} label="What happened, the newest first" empty="Nothing of this kind has happened.">
        {(entry) => (
          <li key={entry.id} className="card entry">
            <span className="member-words">
              <span dir="auto">{auditText(entry)}</span>
              <span className="facts">
                {fullTimeOf(entry.ts)}
                {entry.ip !== null && ` · from ${entry.ip}`}
              </span>
            </span>
            <span className="badge-kind">{kindWords[entry.kind]}</span>
          </li>
        )}
      </ListView>
    </>
  );
}
