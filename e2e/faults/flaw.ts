// What a run can find: what the history checker finds, and what the promises beyond the log are broken by.
import type { FindingKind } from '../harness/finding.js';

export type FlawKind =
  | FindingKind
  /** Listed as connected, and is not, a minute later (P15). */
  | 'ghost'
  /** Connected, and not listed, 10 s after healing (P15). */
  | 'vanished'
  /** A late message without its pending notification, or a notification of no message (P16). */
  | 'untold'
  /** A cursor stands lower than it stood (P11). */
  | 'fell'
  /** A rule-following client was told that its send is refused (P7, P18). */
  | 'refused'
  /** A part ended that nobody killed, or did not end as it should (P18, P19, P20). */
  | 'ended'
  /** Healing took longer than promised (P5, P19). */
  | 'late'
  /** Something did not come about at all. */
  | 'stuck';

export interface Flaw {
  kind: FlawKind;
  room?: string;
  seq?: number;
  says: string;
}
