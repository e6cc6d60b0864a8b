// What the checker can find. Each kind breaks a promise of PROTOCOL.md; e2e/README.md says how to read one.

export type FindingKind =
  /** Acknowledged, but not in the log, or not at the place or with the time or words acknowledged. */
  | 'lost'
  /** One `(sender, id)` twice in the log, or acknowledged with two places. */
  | 'doubled'
  /** Events on a connection, acks of a connection, or times in the log, not in order. */
  | 'out_of_order'
  /** An event nobody sent, or one whose sender was told `refused`. */
  | 'phantom'
  /** The seqs of a log are not 1…n. */
  | 'hole'
  /** A member who was connected at the end did not get an event. */
  | 'missing'
  /** Two readers see different events at one seq. */
  | 'disagreement'
  /** A deleted message that shows its words. */
  | 'resurrected'
  /** An event that reached somebody who had been taken out of the room before it. */
  | 'leaked';

export interface Finding {
  kind: FindingKind;
  room: string;
  seq?: number;
  /** One sentence with the ids one needs to search the history. */
  says: string;
}
