// Every frame a client may send, and the doors at which sockets are asked for: what they need, and how they are answered.
import { randomUUID } from 'node:crypto';
import type { ErrorFrame, ServerFrame } from '@natter/contracts/frames';
import { RawSocket, UpgradeRefused } from '../harness/raw-socket.js';
import { isBlind, leaks } from './ask.js';
import { nowhere } from './requests.js';
import { type ActorName, type Kind, kinds, type Need, refusalOf } from './rule.js';
import type { Scene, Stage } from './stage.js';

export interface FrameCall {
  needs: Need;
  /** The frame's other fields. */
  fields: (scene: Scene) => Record<string, unknown>;
  /** What it is answered with where it is done; `silence`: nothing. */
  done: 'ack' | 'synced' | 'pong' | 'silence';
  on?: readonly Kind[];
  spoils?: true;
}

const inRoom: Need = { place: 'member' };
/** Who is not in a room is told that there is none, also of a public one. */
const hint: Need = { place: 'member', isUnseen: true };
const one: readonly Kind[] = kinds.slice(0, 1);

/** By type. `hello` and `sync` answer for each room; `gone` counts as the refusal it is. */
export const frames: Record<string, FrameCall> = {
  hello: { needs: hint, fields: ({ room }) => ({ rooms: { [room]: 0 } }), done: 'synced' },
  send: { needs: inRoom, fields: ({ room }) => ({ room, body: 'hello' }), done: 'ack' },
  edit: {
    needs: { ...inRoom, theirs: { refusal: 'forbidden' } },
    fields: ({ room, message, secrets }) => ({ room, target: message, body: secrets.words }),
    done: 'ack',
  },
  delete: {
    needs: { ...inRoom, theirs: { refusal: 'forbidden', orAdmin: true } },
    fields: ({ room, message }) => ({ room, target: message }),
    done: 'ack',
    on: ['hidden', 'open'],
    spoils: true,
  },
  react: {
    needs: inRoom,
    fields: ({ room, message }) => ({ room, target: message, emoji: '👍', op: 'add' }),
    done: 'ack',
  },
  receipt: { needs: hint, fields: ({ room }) => ({ room, read: 1 }), done: 'silence' },
  typing: { needs: hint, fields: ({ room }) => ({ room, on: true }), done: 'silence' },
  presence: { needs: {}, fields: () => ({ status: 'online' }), done: 'silence', on: one },
  sync: { needs: hint, fields: ({ room }) => ({ rooms: { [room]: 0 } }), done: 'synced' },
  ping: { needs: {}, fields: () => ({}), done: 'pong', on: one },
};

/** Paths of sockets: of the whole protocol, and of one room, which is joined by it. */
export const doors: Record<string, { needs: Need; on: readonly Kind[]; spoils?: true }> = {
  '/ws': { needs: {}, on: one },
  '/ws/:room': { needs: { place: 'knowing', isEntrance: true }, on: kinds, spoils: true },
  '/ws/chat/:room': { needs: { place: 'knowing', isEntrance: true }, on: kinds, spoils: true },
};

/** How a frame has to be answered. */
export const answerTo = ({ needs, done }: FrameCall, name: ActorName, { kind }: Scene): string =>
  refusalOf(needs, name, kind) ?? done;

/** Sends a frame, and says how it was answered. `socket`: past hello, unless it is that. */
export async function said(
  type: string,
  call: FrameCall,
  name: ActorName,
  scene: Scene,
  stage: Stage,
  socket: RawSocket,
): Promise<string> {
  const from = socket.texts.length;
  const answer = await exchange(type, call.fields(scene), socket);
  const shown = leaks(socket.texts.slice(from).join('\n'), name, Object.values(stage.scenes));
  if (!isBlind(call.needs, name, scene.kind) || type === 'hello') return `${wordFor(answer)}${shown}`;
  const twin = await exchange(type, call.fields(nowhere(scene)), socket);
  const isAlike = outside(twin) === outside(answer);
  return `${wordFor(answer)}${shown}${isAlike ? '' : `, unlike where there is nothing: ${outside(twin)}`}`;
}

/** A frame, and the answer to it; a ping behind it tells when there is none. */
async function exchange(type: string, fields: object, socket: RawSocket): Promise<ServerFrame | undefined> {
  if (type === 'hello') {
    socket.send({ type, ...fields });
    return socket.next('synced');
  }
  const [id, behind] = [randomUUID(), randomUUID()];
  const isAnswer = (frame: ServerFrame): boolean =>
    ['ack', 'error', 'synced', 'pong'].includes(frame.type) && 'id' in frame && frame.id === id;
  if (!['receipt', 'typing', 'presence'].includes(type)) return socket.ask({ type, id, ...fields });
  socket.send({ type, id, ...fields });
  await socket.ask({ type: 'ping', id: behind });
  return socket.frames.find(isAnswer);
}

function wordFor(frame: ServerFrame | undefined): string {
  if (frame === undefined) return 'silence';
  if (frame.type === 'error') return (frame as ErrorFrame).code;
  const isGone = frame.type === 'synced' && Object.values(frame.rooms).some((room) => 'gone' in room);
  return isGone ? 'not_found' : frame.type;
}

/** All of an answer but what it was asked with. */
const outside = (frame: ServerFrame | undefined): string =>
  JSON.stringify(frame)?.replace(/"id":"[^"]*"|"[0-9a-f-]{36}":/g, '') ?? '';

/** Asks for a socket, and says how that was answered; one that was given is closed. */
export async function knocked(door: string, name: ActorName, scene: Scene, stage: Stage, url: string): Promise<string> {
  const [{ needs }, answer] = [doors[door]!, await knock(door, name, scene, stage, url)];
  if (answer === undefined) return '101';
  const { status, body } = answer;
  const word = `${status} ${(JSON.parse(body) as { code: string }).code}`;
  if (!isBlind(needs, name, scene.kind)) return word;
  const twin = await knock(door, name, nowhere(scene), stage, url);
  const bare = (text: string): string => text.replace(/"request_id":"[^"]*"/, '');
  return twin?.status === status && bare(twin.body) === bare(body) ? word : `${word}, unlike where there is nothing`;
}

async function knock(
  door: string,
  name: ActorName,
  scene: Scene,
  stage: Stage,
  url: string,
): Promise<UpgradeRefused | undefined> {
  const address = `${url}${door.replace('/ws', '').replace(':room', scene.room)}`;
  const token = stage.token(name);
  try {
    const socket = await RawSocket.open(address, token === undefined ? {} : { token });
    socket.close();
    return undefined;
  } catch (error) {
    if (error instanceof UpgradeRefused) return error;
    throw error;
  }
}
