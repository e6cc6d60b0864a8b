// Every call that REST knows, how it is made, and what it needs: the one table that the matrix is made of. `access-matrix` compares its
// routes with those of the gateway.
import { randomUUID } from 'node:crypto';
import { permissions } from '@natter/contracts/events';
import { freshName } from '../harness/person.js';
import { oneFile, pixel } from '../harness/uploads.js';
import { type ActorName, type Kind, kinds, type Need, type Secret } from './rule.js';
import { nothing, type Scene, type Stage } from './stage.js';

interface Attempt {
  stage: Stage;
  scene: Scene;
  name: ActorName;
}

export interface Call {
  needs: Need;
  /** How it is answered where it is done. */
  done: string;
  body?: (attempt: Attempt) => unknown;
  form?: (attempt: Attempt) => FormData;
  /** Kinds of rooms it is tried on: all, unless its path names nothing in a room. */
  on?: readonly Kind[];
  /** What its answer shows to those who may see it; `mine`: who are in the room. */
  shows?: Secret | 'mine';
  /** Afterwards others would meet another room. */
  spoils?: true;
  /** Afterwards the one who did it has to sign in again. */
  endsSession?: true;
}

const everybody: Need = { door: 'everybody' };
const administrators: Need = { door: 'administrators' };
const anyUser: Need = {};
const member: Need = { place: 'member' };
const inviting: Need = { place: 'member', isForRooms: true, isInviting: true, grant: true };
const removing: Need = { place: 'admin', isForRooms: true, grant: true };
const rooms = ['hidden', 'open'] as const;

/**
 * By route, as the gateway knows it, with a query, or with `#` and a name where a route is tried in several ways. In a path `:room` and the
 * like stand for what is in the scene, `:user` for a member of it.
 */
export const calls: Record<string, Call> = {
  'POST /api/auth/register': {
    needs: everybody,
    done: '201',
    body: () => {
      const username = freshName('new');
      return { username, email: `${username}@example.org`, password: `the password of ${username}` };
    },
  },
  'POST /api/auth/login': { needs: everybody, done: '200', body: ({ stage }) => stage.login('owner') },
  'POST /api/auth/refresh': {
    needs: everybody,
    done: '401 session_revoked',
    body: () => ({ refresh_token: 'made up' }),
  },
  'POST /api/auth/reset': {
    needs: everybody,
    done: '401 invalid_credentials',
    body: () => ({ token: 'made up', new: 'a password for a thief' }),
  },
  // No mail server is named in the matrix.
  'POST /api/auth/forgotten': { needs: everybody, done: '403 forbidden', body: () => ({ email: 'ann@example.org' }) },
  'POST /api/auth/verify': { needs: everybody, done: '410 gone', body: () => ({ token: 'made up' }) },
  'GET /api/auth/jwks': { needs: everybody, done: '200' },
  'POST /api/auth/logout': { needs: { door: 'parting' }, done: '204', endsSession: true },
  'GET /api/auth/me': { needs: anyUser, done: '200' },
  'PATCH /api/auth/me': { needs: anyUser, done: '200', body: () => ({}) },
  'PUT /api/auth/me/avatar': { needs: anyUser, done: '200', form: () => oneFile(pixel, 'me.png') },
  'GET /api/avatars/:user/:version': { needs: anyUser, done: '200' },
  'POST /api/auth/password': {
    needs: anyUser,
    done: '401 invalid_credentials',
    body: () => ({ old: 'a guess', new: 'a password for a thief' }),
  },
  'POST /api/auth/ws-ticket': { needs: anyUser, done: '201' },
  'GET /api/auth/sessions': { needs: anyUser, done: '200' },
  'DELETE /api/auth/sessions/:id': { needs: { theirs: { refusal: 'not_found' } }, done: '204' },
  'DELETE /api/auth/sessions': { needs: anyUser, done: '204' },

  'POST /api/rooms': { needs: { grant: true }, done: '201', body: () => ({ name: freshName('made') }) },
  'GET /api/rooms': { needs: anyUser, done: '200', on: rooms, shows: 'mine' },
  'GET /api/rooms/:room': { needs: { place: 'knowing' }, done: '200', shows: 'title' },
  'PATCH /api/rooms/:room': {
    needs: { place: 'admin', isForRooms: true },
    done: '200',
    body: ({ scene }) => ({ title: scene.secrets.title }),
  },
  'DELETE /api/rooms/:room': { needs: { place: 'owner', isForRooms: true }, done: '204', spoils: true },
  'POST /api/rooms/:room/join': { needs: { place: 'knowing', isEntrance: true }, done: '200', spoils: true },
  'POST /api/rooms/:room/join#invited': {
    needs: { place: 'invited', isEntrance: true },
    done: '200',
    body: ({ scene }) => ({ invite: scene.invite }),
    spoils: true,
  },
  'POST /api/rooms/:room/leave': {
    needs: { place: 'knowing', isForRooms: true, isForLeaving: true },
    done: '204',
    spoils: true,
  },
  'PUT /api/rooms/:room/preferences': { needs: member, done: '200', body: () => ({ notify: 'all' }) },

  'GET /api/rooms/:room/members': { needs: member, done: '200' },
  'POST /api/rooms/:room/members': {
    needs: inviting,
    done: '200',
    body: ({ stage }) => ({ user: stage.id('passer') }),
  },
  'DELETE /api/rooms/:room/members/:user': { needs: removing, done: '204', spoils: true },
  'DELETE /api/rooms/:room/members/:user?ban=true': { needs: removing, done: '204', spoils: true },
  'PATCH /api/rooms/:room/members/:user': {
    needs: { place: 'owner', isForRooms: true },
    done: '200',
    body: () => ({ role: 'member' }),
  },
  'GET /api/rooms/:room/bans': { needs: { place: 'admin' }, done: '200' },
  'DELETE /api/rooms/:room/bans/:banned': { needs: removing, done: '204', spoils: true },
  'GET /api/rooms/:room/invites': { needs: member, done: '200' },
  'POST /api/rooms/:room/invites': { needs: inviting, done: '201', body: () => ({ uses: 1 }) },
  'DELETE /api/rooms/:room/invites/:code': {
    needs: { ...member, theirs: { refusal: 'not_found', orAdmin: true } },
    done: '204',
    on: rooms,
    spoils: true,
  },
  'POST /api/dms': { needs: anyUser, done: '201', body: ({ stage }) => ({ user: stage.id('passer') }) },

  'GET /api/rooms/:room/messages': { needs: member, done: '200', shows: 'words' },
  'GET /api/rooms/:room/events': { needs: member, done: '200', shows: 'words' },
  'POST /api/rooms/:room/messages': { needs: member, done: '201', body: ({ name }) => ({ body: `said by ${name}` }) },
  'PATCH /api/rooms/:room/messages/:seq': {
    needs: { ...member, theirs: { refusal: 'forbidden' } },
    done: '200',
    body: ({ scene }) => ({ body: scene.secrets.words }),
  },
  'DELETE /api/rooms/:room/messages/:seq': {
    needs: { ...member, theirs: { refusal: 'forbidden', orAdmin: true } },
    done: '204',
    on: rooms,
    spoils: true,
  },
  'POST /api/rooms/:room/files': {
    needs: { place: 'member', grant: true },
    done: '201',
    form: ({ name }) => oneFile(`of ${name}`, 'note.txt'),
  },
  'GET /api/files/:file': { needs: { ...member, isUnseen: true }, done: '200', shows: 'words' },
  'GET /api/files/:loose': {
    needs: { ...member, isUnseen: true, theirs: { refusal: 'not_found' } },
    done: '200',
    shows: 'words',
  },

  'GET /api/search/rooms?q=:title': { needs: anyUser, done: '200', on: rooms, shows: 'title' },
  'GET /api/search/users?q=member': { needs: anyUser, done: '200' },
  'GET /api/search/messages?q=:words': { needs: anyUser, done: '200', on: kinds, shows: 'words' },
  'GET /api/search/messages?q=:words&room=:room': { needs: member, done: '200', shows: 'words' },
  'GET /api/notifications': { needs: anyUser, done: '200' },
  'POST /api/notifications/ack': { needs: anyUser, done: '204', body: () => ({ ids: ['none'] }) },
  'GET /api/push/key': { needs: anyUser, done: '200' },
  'POST /api/push/subscriptions': {
    needs: anyUser,
    done: '201',
    body: ({ stage }) => stage.newDevice().subscription,
  },
  'DELETE /api/push/subscriptions': {
    needs: anyUser,
    done: '204',
    // Another's device stays: `member` still reaches it below.
    body: ({ stage, name }) => ({
      endpoint: (name === 'member' ? stage.newDevice() : stage.device).subscription.endpoint,
    }),
  },
  'POST /api/push/test': {
    needs: { theirs: { refusal: 'not_found' } },
    done: '200',
    body: ({ stage }) => ({ endpoint: stage.device.subscription.endpoint }),
  },
  'GET /api/users/:user': { needs: anyUser, done: '200' },

  'GET /api/admin/users': { needs: administrators, done: '200' },
  'PATCH /api/admin/users/:user': { needs: administrators, done: '200', body: () => ({ permissions }) },
  'POST /api/admin/users/:user/reset': { needs: administrators, done: '201' },
  'GET /api/admin/connections': { needs: administrators, done: '200' },
  'GET /api/admin/audit': { needs: administrators, done: '200' },

  'GET /api/docs': { needs: everybody, done: '200' },
  'GET /api/docs/socket': { needs: everybody, done: '200' },
  'GET /api/docs/style.css': { needs: everybody, done: '200' },
  'GET /api/docs/openapi.json': { needs: everybody, done: '200' },
  'GET /api/docs/asyncapi.json': { needs: everybody, done: '200' },
  'GET /healthz': { needs: everybody, done: '200' },
  'GET /readyz': { needs: everybody, done: '200' },
};

/** The route of a call of the table, with the names that the gateway has for what its path names. */
export const routeOf = (call: string): string =>
  call
    .replace(/[?#].*/, '')
    .replace(':banned', ':user')
    .replace(':loose', ':file');

/** On which rooms a call is tried; nothing but the first where it is about none. */
export const kindsOf = (call: string, { on }: Call): readonly Kind[] =>
  on ?? (/:(room|file|loose)\b/.test(call) ? kinds : kinds.slice(0, 1));

/** A path with what is in the scene. */
export function pathOf(call: string, { stage, scene }: Attempt): string {
  const words: Record<string, string> = {
    room: scene.room,
    user: stage.id('passer'),
    banned: stage.id('banned'),
    code: scene.invite,
    seq: String(scene.message),
    file: scene.file,
    loose: scene.loose,
    id: scene.session,
    version: stage.picture,
    title: scene.secrets.title,
    words: scene.secrets.words,
  };
  const [, path = ''] = call.replace(/#.*/, '').split(' ');
  return path.replace(/:(\w+)/g, (_, word: string) => words[word] ?? randomUUID());
}

/** The same in a room that does not exist. */
export const nowhere = (scene: Scene): Scene => ({ ...scene, ...nothing });
