// The socket's part of the contract as AsyncAPI 3, made of the schemas of its frames.
import { closeCodes } from '@natter/contracts/close-codes';
import { type ClientFrameType, clientFrames, serverFrames } from '@natter/contracts/frames';
import { limits, socketLimits } from '@natter/contracts/limits';
import { socketCodes } from '@natter/contracts/errors';
import { z } from 'zod';
import { named } from './described.js';
import { type JsonSchema, SchemaWriter } from './json-schema.js';

export type ServerFrameType = keyof typeof serverFrames;

export interface Message {
  name: string;
  summary: string;
  payload: JsonSchema;
}

export interface AsyncApi {
  asyncapi: string;
  info: { title: string; version: string; description: string };
  defaultContentType: string;
  servers: Record<string, { host: string; protocol: string; security: { $ref: string }[] }>;
  channels: Record<string, { address: string; description: string; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, { action: 'send' | 'receive'; channel: { $ref: string }; messages: { $ref: string }[] }>;
  components: {
    messages: Record<string, Message>;
    schemas: Record<string, JsonSchema>;
    securitySchemes: Record<string, JsonSchema>;
  };
  'x-close-codes': { code: number; reason: string; client: string }[];
  'x-limits': typeof socketLimits;
}

const stores = 'Its `id`, a UUID or ULID, makes it safe to repeat.';

/** What each is for, and how a client's is answered. */
const sent: Record<ClientFrameType, string> = {
  hello: `The first frame, within ${limits.helloTimeoutMs / 1_000} s: \`ready\`, what was missed, \`synced\`.`,
  send: `A message: \`ack\` after it is durably stored. ${stores}`,
  edit: `A new text for one’s own message: \`ack\`. ${stores}`,
  delete: `Takes away a message, by its sender, an admin or the owner: \`ack\`. ${stores}`,
  react: `Puts an emoji to a message, or takes it back: \`ack\`. ${stores}`,
  receipt: 'How far one has come; cursors only rise. No answer.',
  typing: `Somebody writes, for ${limits.typingHoldMs / 1_000} s from the last that said so. No answer.`,
  presence: 'Whether somebody sits before this client. No answer.',
  sync: 'Sets positions anew: the events after them, then `synced` with this `id`.',
  ping: 'Is anybody there? `pong`.',
};

const told: Record<ServerFrameType, string> = {
  ready: 'Who one is, in which rooms, and the limits. Answers `hello`.',
  synced: 'Where each room that was asked for stands; what was missed came before it.',
  ack: 'The request with this `id` is durably stored, at this place.',
  error: 'The request with this `id` was refused for good, or it is not known whether it was done (`outcome`).',
  pong: 'Answers `ping`.',
  message: 'In the log: what somebody said, as it is now.',
  edited: 'In the log: a message has a new text.',
  deleted: 'In the log: a message is gone.',
  reaction: 'In the log: an emoji was put to a message, or taken back.',
  member: 'In the log: somebody came, went, or has another role.',
  room: 'In the log: the room is another.',
  receipt: 'Fleeting: how far a member has come.',
  typing: 'Fleeting: somebody writes, or has ceased.',
  presence: 'Fleeting: somebody came, went, or looks away.',
  room_added: 'One is in a room now.',
  room_removed: 'One is in a room no more.',
  notification: 'Something is pending.',
  user: 'One’s own account is another.',
  bye: 'The last frame before the server closes.',
};

/** Frames of the log, and the two others that a one-room socket carries. */
const plainFrames: readonly ServerFrameType[] = [
  'message',
  'edited',
  'deleted',
  'reaction',
  'member',
  'room',
  'error',
  'bye',
];

const about = `JSON in text frames, each with a \`type\`, of at most ${limits.frame_bytes} bytes. Who you are is taken from the first found of \
\`Authorization: Bearer\`, \`?ticket=\`, cookie; with a cookie an allowed \`Origin\` must be there. Refusals come before the upgrade: 401, 403, \
426, 429, 503. Each event of a room's log has the next \`seq\`, and they come in order, without holes. Types nobody knows are ignored, but counted. \
What every client does, and all promises: docs/protocol.md.`;

export function asyncApi(): AsyncApi {
  const schemas = new SchemaWriter(named);
  const messages: Record<string, Message> = {};
  for (const [type, schema] of Object.entries(clientFrames))
    messages[`client.${type}`] = { name: type, summary: sent[type as ClientFrameType], payload: schemas.write(schema) };
  const shown = { ...serverFrames, error: serverFrames.error.extend({ code: z.enum(socketCodes) }) };
  for (const [type, schema] of Object.entries(shown))
    messages[`server.${type}`] = { name: type, summary: told[type as ServerFrameType], payload: schemas.write(schema) };
  messages['client.text'] = {
    name: 'text',
    summary: 'A message, whatever it looks like.',
    payload: { type: 'string' },
  };
  const names = Object.keys(messages);
  const chat = names.filter((name) => name !== 'client.text');
  const plain = ['client.text', ...plainFrames.map((type) => `server.${type}`)];
  const security = [{ $ref: '#/components/securitySchemes/bearer' }, { $ref: '#/components/securitySchemes/ticket' }];
  const channel = (address: string, description: string, of: readonly string[]) => ({
    address,
    description,
    messages: Object.fromEntries(of.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
  });
  const operations = (id: string, of: readonly string[]): AsyncApi['operations'] => {
    const by = (side: string, action: 'send' | 'receive') => ({
      action,
      channel: { $ref: `#/channels/${id}` },
      messages: of
        .filter((name) => name.startsWith(side))
        .map((name) => ({ $ref: `#/channels/${id}/messages/${name}` })),
    });
    return { [`${id}.hear`]: by('client.', 'receive'), [`${id}.tell`]: by('server.', 'send') };
  };
  return {
    asyncapi: '3.0.0',
    info: { title: 'Natter, the socket', version: '1', description: about },
    defaultContentType: 'application/json',
    servers: { here: { host: 'localhost:8080', protocol: 'wss', security } },
    channels: {
      chat: channel('/ws', 'All of one’s rooms. Subprotocol `natter.v1`, or none.', chat),
      plain: channel(
        '/ws/{room}',
        'One room, plain text; also `/ws/chat/{room}`. A public room is joined by it.',
        plain,
      ),
    },
    operations: { ...operations('chat', chat), ...operations('plain', plain) },
    components: {
      messages,
      schemas: schemas.definitions,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        ticket: { type: 'httpApiKey', in: 'query', name: 'ticket' },
      },
    },
    'x-close-codes': Object.values(closeCodes),
    'x-limits': socketLimits,
  };
}
