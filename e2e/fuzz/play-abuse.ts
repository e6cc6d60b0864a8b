// Does what `abuse.ts` drew, and watches how it ends: with an answer that is one, or with a closed connection; never with silence.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { until } from '../harness/wait.js';
import type { Abuse, ConnectionAbuse, SocketAbuse } from './abuse.js';
import { type Wrong, wrongWithClose, wrongWithFrame, wrongWithReply } from './answer-checks.js';
import { ANSWER_MS, type Field } from './field.js';
import { HttpWire, NoAnswer } from './wire-http.js';
import { SocketWire, text } from './wire-socket.js';
import type { Face } from './world.js';

/** A server that closed waits for our half; who breaks the protocol may be cut. */
const CLOSE_MS = 12_000;
/** Heads that never end are cut after 10 s, bodies after 30 s; looked at every 2 s. */
const SLOW_MS = 40_000;

export async function playAbuse(field: Field, what: Abuse, face: Face, piece: string): Promise<void> {
  field.tally.add('abuses');
  field.tally.add(`abuse ${what.name}`);
  const note = (...wrong: Wrong[]): void => {
    for (const one of wrong)
      field.tell({ ...one, says: `${what.name}: ${one.says}`, piece, input: Buffer.concat(what.pieces) });
  };
  if (what.on === 'socket') await onSocket(field, what, face, note);
  else await onConnection(field, what, note);
}

type Note = (...wrong: Wrong[]) => void;

async function onSocket(field: Field, { pieces, end, hello }: SocketAbuse, face: Face, note: Note): Promise<void> {
  let code: number | undefined;
  let isGreeted = false;
  let hasPong = false;
  const wire = await SocketWire.open(
    {
      port: field.ports.same,
      path: '/ws',
      headers: [
        ['Authorization', `Bearer ${face.token}`],
        ['X-Forwarded-For', face.address],
      ],
    },
    {
      text: (words) => {
        const { wrong, value } = wrongWithFrame(words);
        note(...wrong);
        if (value['type'] === 'synced') isGreeted = true;
        if (value['type'] === 'pong' && value['id'] === 'alive') hasPong = true;
      },
      closed: (how, asked) => {
        code = how;
        field.tally.add(`closed ${how}`);
        // Who floods on after a close may lose it: RFC 6455 lets the server cut such a connection.
        if (!asked && how !== 1_006 && !(how === 1_000 && pieces.length > 1)) note(...wrongWithClose(how));
      },
      nonsense: (says) => note({ kind: 'shape', says }),
    },
    ANSWER_MS,
  );
  if (!(wire instanceof SocketWire)) {
    if (wire !== 'closed') note(...wrongWithReply(wire));
    if (wire !== 'closed' && wire.status === 401) face.isIll = true;
    return;
  }
  const wait = (isSo: () => boolean, forMs: number): Promise<unknown> =>
    until('it is so', () => isSo() || code !== undefined, forMs, 1).catch(() => undefined);
  if (hello) {
    wire.write(text('{"type":"hello"}'));
    await wait(() => isGreeted, ANSWER_MS);
  }
  for (const piece of pieces) {
    wire.write(piece);
    await nextTurn();
  }
  if (end === 'ends') await wait(() => false, CLOSE_MS);
  if (end === 'ends' && code === undefined) note({ kind: 'silent', says: 'the connection stays open' });
  if (end === 'lives') {
    wire.write(text('{"type":"ping","id":"alive"}'));
    await wait(() => hasPong, ANSWER_MS);
    // Another piece may have ended the session meanwhile.
    if (code === 4401) face.isIll = true;
    else if (!hasPong) note({ kind: 'silent', says: code === undefined ? 'no answer' : `closed with ${code}` });
  }
  if (end === 'may') await sleep(20);
  wire.end();
}

async function onConnection(field: Field, { on, pieces, finish }: ConnectionAbuse, note: Note): Promise<void> {
  const wire = await HttpWire.open(field.ports[on]);
  for (const piece of pieces) {
    wire.socket.write(piece);
    await nextTurn();
  }
  if (finish === 'resets') {
    await sleep(5);
    wire.socket.resetAndDestroy();
    return;
  }
  if (finish === 'ends') wire.socket.end();
  try {
    await hear(wire, note);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    note({ kind: 'shape', says: error.message });
  }
  wire.end();
}

/** Answers until the connection closes or says no more; the first must come within the time of an answer, a close within that of slow ones. */
async function hear(wire: HttpWire, note: Note): Promise<void> {
  for (let answers = 0; ; answers += 1) {
    const outcome = await wire.answer('GET', answers === 0 ? SLOW_MS : 50);
    if (outcome.kind === 'no answer') note({ kind: 'shape', says: outcome.says });
    if (outcome.kind === 'silent' && answers === 0) note({ kind: 'silent', says: 'neither answer nor close' });
    if (outcome.kind !== 'reply') return;
    const { status } = outcome.reply;
    if (status !== 101) note(...wrongWithReply(outcome.reply));
    if (status === 101) return;
  }
}
