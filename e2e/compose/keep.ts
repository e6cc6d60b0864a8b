// The worst day: backed up, destroyed with all volumes, restored from the archive alone, and compared; then the talk goes on.
import { randomBytes } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { insist } from '../faults/insist.js';
import type { Person } from '../harness/person.js';
import { uploaded } from '../harness/uploads.js';
import { told } from './exits.js';
import { difference, fingerprint } from './fingerprint.js';
import { demand, type Stage, type Step } from './step.js';

const ARCHIVE = 'natter.tar';
const COMMAND_MS = 5 * 60_000;
/** Longer than it takes until a message that did not arrive becomes a notification. */
const SETTLED_MS = 12_000;
const SETTLE_MS = 120_000;
const FILE_BYTES = 200_000;

const operator = ({ installation }: Stage, ...words: string[]): Promise<string> =>
  installation.compose(['run', '--rm', '-T', 'natter', ...words], { timeoutMs: COMMAND_MS });

export const backUp: Step = {
  name: 'back up',
  async act(stage) {
    const { installation, witnesses } = stage;
    const [host] = witnesses;
    demand(host !== undefined, 'nobody is there');
    const [room] = await roomsOf(host);
    const { id: file } = await uploaded(host, room, randomBytes(FILE_BYTES), { name: 'naïve.bin' });
    const said = await host.api.post(`/api/rooms/${room}/messages`, { body: 'Look at this: 日本 🍪', files: [file] });
    demand(said.status === 201, `a message with a file answered ${said.status} ${said.text}`);
    const print = await settled(witnesses, [file]);
    await operator(stage, 'backup', `/backups/${ARCHIVE}`);
    const after = difference(print, await fingerprint(witnesses, [file]));
    demand(after === undefined, `it changed while it was backed up: ${after}`);
    const { size, mode } = statSync(join(installation.backups, ARCHIVE));
    demand((mode & 0o077) === 0, `others may read the archive: mode ${mode.toString(8)}`);
    stage.kept = { print, files: [file] };
    return `${(size / 2 ** 20).toFixed(1)} MiB, while it runs; what ${witnesses.length} people see is ${print.split('\n').length.toLocaleString('en')} lines`;
  },
};

export const destroy: Step = {
  name: 'destroy it, with volumes',
  async act({ installation, ground }) {
    await installation.compose(['down', '--volumes'], { timeoutMs: COMMAND_MS });
    const left = await installation.leftovers();
    demand(left.length === 0, `there is left: ${left.join(', ')}`);
    const exits = ground.exits.take();
    demand(
      exits.every(({ code }) => code === 0),
      `there ended ${told(exits)}`,
    );
    await installation.makeSecrets();
    return 'no container, volume or network is left; all ended with 0; .env has new secrets';
  },
};

export const restoreIt: Step = {
  name: 'restore it',
  async act(stage) {
    const { installation, ground } = stage;
    const { system } = ground;
    await operator(stage, 'restore', `/backups/${ARCHIVE}`);
    await installation.compose(['up', '--detach', '--no-build', '--wait'], { timeoutMs: COMMAND_MS });
    installation.follow(join(stage.logs, 'all.log'));
    const { kept, witnesses } = stage;
    demand(kept !== undefined, 'there is no backup');
    for (const person of witnesses) {
      const { status } = await person.api.get('/api/auth/me');
      demand(status === 401, `a token of before is answered ${status}`);
    }
    const signIn = (person: Person): Promise<Person> => insist('somebody signs in', () => person.on(system));
    const again = await Promise.all(witnesses.map(signIn));
    const print = await fingerprint(again, kept.files);
    const differs = difference(kept.print, print);
    if (differs !== undefined) {
      writeFileSync(join(stage.logs, 'before.json'), kept.print);
      writeFileSync(join(stage.logs, 'after.json'), print);
    }
    demand(differs === undefined, `something is not as it was: ${differs}`);
    stage.witnesses = again;
    return `${print.length.toLocaleString('en')} characters, equal byte for byte`;
  },
};

export const talkOn: Step = {
  name: 'talk on',
  async act({ witnesses }) {
    const [host, second] = witnesses;
    demand(host !== undefined && second !== undefined, 'nobody is there');
    const [room, head] = await roomsOf(host);
    const [writer, reader] = [await host.connect('front'), await second.connect('front')];
    const answer = await writer.say(room, 'Where were we?');
    demand(answer.type === 'ack' && answer.seq === head + 1, `a message after ${head} got ${JSON.stringify(answer)}`);
    const heard = await reader.next('message', ({ seq }) => seq === answer.seq);
    demand(heard.body === 'Where were we?', 'another message came');
    for (const socket of [writer, reader]) socket.close();
    return `a message takes number ${answer.seq}, the next, and arrives`;
  },
};

async function roomsOf({ api }: Person): Promise<[string, number]> {
  const { body } = await api.get<{ items: { id: string; last_seq: number }[] }>('/api/rooms');
  const [room] = body.items;
  demand(room !== undefined, 'there is no room');
  return [room.id, room.last_seq];
}

/** What they see once it does not change by itself any more. */
async function settled(people: readonly Person[], files: readonly string[]): Promise<string> {
  const deadline = Date.now() + SETTLE_MS;
  for (let before = await fingerprint(people, files); ; ) {
    await sleep(SETTLED_MS);
    const now = await fingerprint(people, files);
    const differs = difference(before, now);
    if (differs === undefined) return now;
    demand(Date.now() < deadline, `it does not come to rest: ${differs}`);
    before = now;
  }
}
