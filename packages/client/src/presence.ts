// Who is there: whether somebody sits before this client, said on each connection; and what is told of others.
import type { PresenceEvent } from '@natter/contracts/events';
import type { PresenceFrame } from '@natter/contracts/frames';

export type PresenceChange = Omit<PresenceEvent, 'type'>;

export class Presence {
  readonly #send: (frame: PresenceFrame) => boolean;
  readonly #onChange: (change: PresenceChange) => void;
  readonly #others = new Map<string, PresenceChange>();
  #status: PresenceFrame['status'] = 'online';

  constructor(options: { send: (frame: PresenceFrame) => boolean; onChange: (change: PresenceChange) => void }) {
    this.#send = options.send;
    this.#onChange = options.onChange;
  }

  /** What was told of others on this connection. */
  get others(): ReadonlyMap<string, PresenceChange> {
    return this.#others;
  }

  say(status: PresenceFrame['status']): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#send({ type: 'presence', status });
  }

  hear({ type: _, ...change }: PresenceEvent): void {
    this.#others.set(change.user, change);
    this.#onChange(change);
  }

  /** A connection begins: the server takes a new one for `online`, and tells of changes only. */
  ready(): void {
    this.#others.clear();
    if (this.#status === 'away') this.#send({ type: 'presence', status: 'away' });
  }
}
