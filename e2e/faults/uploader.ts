// Somebody who sends files to a room all the while: what was answered with 201 is there afterwards, byte for byte (P1), and
// a file that cannot be kept is refused with 503 and nothing else (P20).
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Person } from '../harness/person.js';
import { type Seeded } from '../harness/seeded.js';
import { download, upload } from '../harness/uploads.js';
import type { Flaw } from './flaw.js';
import { insist } from './insist.js';

const EVERY_MS = 700;
const LONGEST_BYTES = 60_000;

export class Uploader {
  /** Uploads that were refused, or not answered. */
  refused = 0;
  readonly #kept: { id: string; bytes: Buffer }[] = [];
  readonly #flaws: Flaw[] = [];
  #isOver = false;
  #life: Promise<void> = Promise.resolve();

  constructor(
    private readonly person: Person,
    private readonly room: string,
    private readonly lot: Seeded,
  ) {}

  send(): void {
    this.#isOver = false;
    this.#life = this.#live();
  }

  async rest(): Promise<void> {
    this.#isOver = true;
    await this.#life;
  }

  /** To be asked when all is well: what was stored and cannot be had again as it was. */
  async check(): Promise<Flaw[]> {
    for (const { id, bytes } of this.#kept) {
      const got = await insist('a file is there', async () => {
        const answer = await download(this.person, id);
        if (answer.status === 503) throw new Error('503');
        return answer;
      });
      if (got.status === 200 && got.bytes.equals(bytes)) continue;
      const says = `file ${id} of ${bytes.length} bytes came back with ${got.status} and ${got.bytes.length} bytes`;
      this.#flaws.push({ kind: 'lost', says });
    }
    return this.#flaws;
  }

  async #live(): Promise<void> {
    for (; !this.#isOver; await sleep(EVERY_MS)) {
      const size = this.lot.between(1, LONGEST_BYTES);
      const bytes = Buffer.alloc(size, `${randomUUID()}\n`);
      const answer = await upload(this.person, this.room, bytes, { key: randomUUID() }).catch(() => undefined);
      if (answer?.status === 201) this.#kept.push({ id: answer.body.id, bytes });
      else this.refused += 1;
      if (answer && ![201, 503].includes(answer.status))
        this.#flaws.push({ kind: 'refused', says: `an upload was answered with ${answer.status} ${answer.text}` });
    }
  }
}
