// What each route is for, and how it answers: what the code of a controller does not say of itself. Errors come from the calls it makes;
// those that any route may give are added in `openapi`. A test compares this with the routes there are, another one the answers of a running
// system with these schemas.
import {
  AdminConnection,
  AdminUser,
  AuditEntry,
  createReset,
  listAudit,
  listUsers,
  patchUser,
} from '@natter/contracts/admin';
import {
  Account,
  changePassword,
  createTicket,
  endSession,
  forgotPassword,
  getAccount,
  getUser,
  listSessions,
  login,
  patchAccount,
  refresh,
  register,
  resetPassword,
  SignInSession,
  verify,
} from '@natter/contracts/auth';
import { getAvatar, setAvatar } from '@natter/contracts/avatars';
import { pageView } from '@natter/contracts/common';
import type { ErrorCode } from '@natter/contracts/errors';
import { commitFile, getFile, StoredFile } from '@natter/contracts/files';
import { createInvite, Invite, listInvites, revokeInvite } from '@natter/contracts/invites';
import {
  addMember,
  Ban,
  liftBan,
  listBans,
  Preferences,
  removeMember,
  setPreferences,
  setRole,
} from '@natter/contracts/members';
import {
  deleteMessage,
  editMessage,
  EventPage,
  listEvents,
  listMessages,
  MessagePage,
  searchMessages,
  sendMessage,
  Stored,
} from '@natter/contracts/messages';
import { addPushSubscription, PushTrace, testPush } from '@natter/contracts/push';
import {
  createRoom,
  deleteRoom,
  getRoom,
  joinRoom,
  leaveRoom,
  listMembers,
  Member,
  openDm,
  patchRoom,
} from '@natter/contracts/rooms';
import { LiveConnection } from '@natter/contracts/sessions';
import {
  MessageEvent,
  Notification,
  OwnUser,
  PresenceStatus,
  RoomDetails,
  RoomView,
  Time,
  User,
} from '@natter/contracts/views';
import { z } from 'zod';

export interface Described {
  does: string;
  /** The body of an answer when all is well; none where it is 204. A text: the media type of bytes. */
  answer?: z.ZodType | string;
  /** Further statuses with that body. */
  also?: readonly number[];
  /** Another body, by the status that it comes with. */
  otherwise?: Readonly<Record<number, z.ZodType>>;
  /** The call that it makes. */
  by?: { errors: readonly ErrorCode[] };
  errors?: readonly ErrorCode[];
  /** Takes an `Idempotency-Key`. */
  takesKey?: true;
  /** Takes `multipart/form-data` with one file in the field `file`. */
  takesFile?: true;
}

/** What a sign-in gives; the tokens only to who asked for them. */
export const SignedIn = z.object({
  user: Account,
  expires_in: z.int().describe('seconds for which the access token is good'),
  access_token: z.string().exactOptional(),
  refresh_token: z.string().exactOptional(),
});
export const ShownMember = Member.extend({ status: PresenceStatus });
export const ShownInvite = Invite.extend({ url: z.string().describe('the page that takes the invite') });
export const ShownSession = SignInSession.extend({
  current: z.boolean(),
  connections: z.array(LiveConnection.omit({ user: true, session: true })),
});

const account = z.object({ user: Account });
const room = z.object({ room: RoomDetails });
const member = z.object({ member: ShownMember });
const html = 'text/html';

export const described: Record<string, Described> = {
  'POST /api/auth/register': {
    does: 'Makes an account. 202: this server verifies addresses, and a mail is on its way, whatever it says.',
    answer: account,
    otherwise: { 202: z.object({}) },
    by: register,
  },
  'POST /api/auth/verify': {
    does: 'Confirms an address by the token that was sent there. 200: it was confirmed by this token before.',
    answer: z.object({ user: User }),
    also: [200],
    by: verify,
  },
  'POST /api/auth/login': { does: 'Signs in, by email or username.', answer: SignedIn, by: login },
  'POST /api/auth/refresh': {
    does: 'New tokens for a refresh token, from the body or the cookie.',
    answer: SignedIn,
    by: refresh,
  },
  'POST /api/auth/logout': { does: 'Ends this session, its tokens and its sockets.', errors: ['unauthenticated'] },
  'GET /api/auth/me': { does: 'One’s own account.', answer: account, by: getAccount },
  'PATCH /api/auth/me': {
    does: 'Changes one’s name or email, or takes one’s picture away.',
    answer: account,
    by: patchAccount,
  },
  'PUT /api/auth/me/avatar': { does: 'Gives oneself a picture.', answer: account, by: setAvatar, takesFile: true },
  'POST /api/auth/password': { does: 'Changes one’s password; all other sessions end.', by: changePassword },
  'POST /api/auth/reset': {
    does: 'A new password for a token that an administrator handed over, or that came by mail.',
    by: resetPassword,
  },
  'POST /api/auth/forgotten': {
    does: 'Sends a token for a new password to an address, if an account has it; answers the same if not.',
    answer: z.object({}),
    by: forgotPassword,
  },
  'POST /api/auth/ws-ticket': {
    does: 'A ticket that opens one socket, once, within 30 s.',
    answer: z.object({ ticket: z.string(), expires_in: z.int() }),
    by: createTicket,
  },
  'GET /api/auth/jwks': {
    does: 'The public keys of access tokens (RFC 7517).',
    answer: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  },
  'GET /api/auth/sessions': { does: 'Where one is signed in.', answer: pageView(ShownSession), by: listSessions },
  'DELETE /api/auth/sessions/:id': { does: 'Ends one of one’s sessions.', by: endSession },
  'DELETE /api/auth/sessions': { does: 'Ends all of one’s sessions but this one.' },

  'POST /api/rooms': {
    does: 'Makes a room. Needs the grant `create_room`.',
    answer: room,
    by: createRoom,
    takesKey: true,
  },
  'GET /api/rooms': {
    does: 'The rooms one is in, in the order in which they were joined.',
    answer: pageView(RoomView),
  },
  'GET /api/rooms/:room': { does: 'A room; `role` is null where one is not in it.', answer: room, by: getRoom },
  'PATCH /api/rooms/:room': { does: 'Changes a room. For admins and the owner.', answer: room, by: patchRoom },
  'DELETE /api/rooms/:room': { does: 'Deletes a room with all that was said in it. For the owner.', by: deleteRoom },
  'POST /api/rooms/:room/join': {
    does: 'Joins a public room, or a private one by an invite.',
    answer: room,
    by: joinRoom,
  },
  'POST /api/rooms/:room/leave': { does: 'Leaves a room.', by: leaveRoom },
  'PUT /api/rooms/:room/preferences': {
    does: 'How one wants to be told of a room.',
    answer: Preferences,
    by: setPreferences,
  },
  'GET /api/rooms/:room/members': { does: 'Who is in a room.', answer: pageView(ShownMember), by: listMembers },
  'POST /api/rooms/:room/members': {
    does: 'Brings somebody in. 200: they were in already. Needs the grant `invite_members`.',
    answer: member,
    also: [200],
    by: addMember,
    takesKey: true,
  },
  'DELETE /api/rooms/:room/members/:user': {
    does: 'Removes somebody, and bans them with `ban=true`. Needs the grant `remove_members`; for admins and the owner.',
    by: removeMember,
  },
  'PATCH /api/rooms/:room/members/:user': {
    does: 'Gives somebody a role; `owner` hands the room over. For the owner.',
    answer: member,
    by: setRole,
  },
  'GET /api/rooms/:room/bans': {
    does: 'Who may not come in. For admins and the owner.',
    answer: pageView(Ban),
    by: listBans,
  },
  'DELETE /api/rooms/:room/bans/:user': {
    does: 'Lets somebody come in again. Needs what removing needs.',
    by: liftBan,
  },
  'POST /api/rooms/:room/invites': {
    does: 'Makes an invite. Needs what bringing in needs.',
    answer: ShownInvite,
    by: createInvite,
    takesKey: true,
  },
  'GET /api/rooms/:room/invites': {
    does: 'Standing invites: all for admins and the owner, their own for members.',
    answer: pageView(ShownInvite),
    by: listInvites,
  },
  'DELETE /api/rooms/:room/invites/:code': {
    does: 'Ends an invite. For its maker, admins and the owner.',
    by: revokeInvite,
  },
  'POST /api/dms': {
    does: 'Opens a conversation of two. 200: the one that there was.',
    answer: room,
    also: [200],
    by: openDm,
    takesKey: true,
  },

  'GET /api/rooms/:room/messages': {
    does: 'Messages, ascending: before, after, or the newest.',
    answer: MessagePage,
    by: listMessages,
  },
  'GET /api/rooms/:room/events': { does: 'The log, as the socket would replay it.', answer: EventPage, by: listEvents },
  'POST /api/rooms/:room/messages': {
    does: 'Stores a message, once for its id. 200: it was stored before.',
    answer: Stored,
    also: [200],
    by: sendMessage,
    takesKey: true,
  },
  'PATCH /api/rooms/:room/messages/:seq': {
    does: 'Gives one’s message a new text.',
    answer: MessageEvent,
    by: editMessage,
  },
  'DELETE /api/rooms/:room/messages/:seq': {
    does: 'Deletes a message. For its sender, admins and the owner.',
    by: deleteMessage,
  },
  'POST /api/rooms/:room/files': {
    does: 'Sends a file. 201: it is kept. Needs the grant `send_files`.',
    answer: StoredFile,
    by: commitFile,
    takesKey: true,
    takesFile: true,
  },
  'GET /api/files/:file': {
    does: 'The bytes of a file, or a small picture of it. Ranges are served.',
    answer: '*/*',
    by: getFile,
  },
  'GET /api/avatars/:user/:version': { does: 'A picture of somebody.', answer: 'image/webp', by: getAvatar },

  'GET /api/search/rooms': {
    does: 'Public rooms and one’s own, by name or title; literally.',
    answer: pageView(RoomView),
  },
  'GET /api/search/users': { does: 'People, by username or display name; literally.', answer: pageView(User) },
  'GET /api/search/messages': {
    does: 'Messages in one’s rooms, the newest first; literally, whatever the case and the accents.',
    answer: pageView(MessageEvent),
    by: searchMessages,
  },
  'GET /api/users/:user': {
    does: 'Somebody, and whether they are there.',
    answer: z.object({ user: User, status: PresenceStatus, last_seen: Time.nullable() }),
    by: getUser,
  },
  'GET /api/notifications': {
    does: 'What is pending, the oldest first.',
    answer: pageView(Notification).extend({ count: z.int().min(0) }),
  },
  'POST /api/notifications/ack': { does: 'Takes what was seen off the list.' },
  'GET /api/push/key': { does: 'The server’s public key for Web Push.', answer: z.object({ key: z.string() }) },
  'POST /api/push/subscriptions': {
    does: 'Names a device that wants to be told.',
    answer: z.object({ endpoint: z.string() }),
    by: addPushSubscription,
  },
  'DELETE /api/push/subscriptions': { does: 'Forgets a device.' },
  'POST /api/push/test': {
    does: 'A push to one’s own device, or to all, and where it ended.',
    answer: z.object({ id: z.string(), items: z.array(PushTrace) }),
    by: testPush,
  },

  'GET /api/admin/users': { does: 'Accounts, by username.', answer: pageView(AdminUser), by: listUsers },
  'PATCH /api/admin/users/:user': {
    does: 'Disables or enables an account, gives or takes grants.',
    answer: z.object({ user: AdminUser }),
    by: patchUser,
  },
  'POST /api/admin/users/:user/reset': {
    does: 'A token by which somebody sets a new password.',
    answer: z.object({ token: z.string(), expires_at: Time }),
    by: createReset,
  },
  'GET /api/admin/connections': { does: 'Live sockets.', answer: pageView(AdminConnection), errors: ['invalid'] },
  'GET /api/admin/audit': { does: 'What happened, the newest first.', answer: pageView(AuditEntry), by: listAudit },

  'GET /api/docs': { does: 'This, for people.', answer: html },
  'GET /api/docs/socket': { does: 'The frames of the socket, for people.', answer: html },
  'GET /api/docs/style.css': { does: 'How these pages look.', answer: 'text/css' },
  'GET /api/docs/openapi.json': {
    does: 'This, for programs: OpenAPI 3.1.',
    answer: z.looseObject({ openapi: z.string() }),
  },
  'GET /api/docs/asyncapi.json': {
    does: 'The frames of the socket, for programs: AsyncAPI 3.',
    answer: z.looseObject({ asyncapi: z.string() }),
  },
  'GET /healthz': { does: 'Whether the gateway is alive.', answer: z.object({ status: z.literal('ok') }) },
  'GET /readyz': {
    does: 'Whether every part is there; 503 where one is not.',
    answer: z.object({ checks: z.record(z.string(), z.string()) }),
  },
};

/** Shapes with a name of their own, by it: they stand once in a document. */
export const named = {
  User,
  OwnUser,
  Account,
  AdminUser,
  RoomView,
  RoomDetails,
  Member: ShownMember,
  Invite: ShownInvite,
  MessageEvent,
  StoredFile,
  Notification,
  AuditEntry,
} as const satisfies Record<string, z.ZodType>;
