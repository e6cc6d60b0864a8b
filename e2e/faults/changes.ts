// What becomes of messages once they are said: their writers edit them, react to them and delete them, while everything breaks.
import type { Seeded } from '../harness/seeded.js';
import type { Answered, RuleUser } from './rule-user.js';
import type { SdkUser } from './sdk-user.js';

/** Something becomes of one of the newest so many messages. */
const REMEMBERED = 100;
const DELETED = 0.2;
const EDITED = 0.4;
const EMOJI = ['👍', '🎉', '👩‍🚀'] as const;

interface Said {
  client: RuleUser | SdkUser;
  room: string;
  seq: number;
  /** Their own reaction that it carries. */
  emoji?: string;
}

export class Changes {
  #said: Said[] = [];

  constructor(private readonly lot: Seeded) {}

  remember(said: Said): void {
    this.#said = [...this.#said.slice(1 - REMEMBERED), said];
  }

  /**
   * One change of one message, or undefined when none is there to be changed.
   *
   * @param mayAsk whose turn it may be
   */
  makeOne(mayAsk: (client: Said['client']) => boolean, words: string): Promise<Answered> | undefined {
    if (this.#said.length === 0) return undefined;
    const said = this.lot.pick(this.#said);
    return mayAsk(said.client) ? this.#change(said, words) : undefined;
  }

  /**
   * A message of which a change is under way is nobody's next choice: so each reaction changes something, and nothing is asked
   * of a message once it is deleted.
   */
  async #change(said: Said, words: string): Promise<Answered> {
    const { lot } = this;
    const { client, room, seq, emoji } = said;
    this.#said = this.#said.filter((one) => one !== said);
    const dice = lot.next();
    if (dice < DELETED) return await client.delete(room, seq);
    if (dice < DELETED + EDITED) {
      const answer = await client.edit(room, seq, words);
      this.remember(said);
      return answer;
    }
    const chosen = emoji ?? lot.pick(EMOJI);
    const answer = await client.react(room, seq, chosen, emoji === undefined ? 'add' : 'remove');
    this.remember({ client, room, seq, ...(emoji === undefined && { emoji: chosen }) });
    return answer;
  }
}
