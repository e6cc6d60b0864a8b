// Who says and hears what on NATS: the one source of infra/nats/users.conf (made by `npm run docs`) and of the bus the tests run
// on. A test compares it with the calls, subjects and buckets there are, and with what each service's code takes from them.
import { createReset, listAudit, listUsers, patchUser, recordAudit } from './admin.js';
import {
  changePassword,
  copyUsers,
  createTicket,
  endOtherSessions,
  endSession,
  forgotPassword,
  getAccount,
  getJwks,
  getOwnUsers,
  getRevocations,
  getUser,
  listAccountChanges,
  listLiveSessions,
  listSessions,
  login,
  logout,
  noteSeen,
  patchAccount,
  redeemTicket,
  refresh,
  register,
  resetPassword,
  verify,
} from './auth.js';
import { getAvatar, setAvatar } from './avatars.js';
import { beginFile, claimStrayBlobs, commitFile, dropBlob, forgetStrayBlobs, getFile } from './files.js';
import { createInvite, listInvites, revokeInvite } from './invites.js';
import { addMember, liftBan, listBans, removeMember, setPreferences, setRole } from './members.js';
import {
  advanceCursors,
  deleteMessage,
  editMessage,
  listEvents,
  listMessages,
  searchMessages,
  sendMessage,
} from './messages.js';
import { ackNotifications, addNotice, listLateMessages, listNotifications, listPending } from './notifications.js';
import { addPushSubscription, getPushKey, listUndelivered, removePushSubscription, testPush } from './push.js';
import {
  createRoom,
  deleteRoom,
  getRoom,
  joinRoom,
  leaveRoom,
  listMembers,
  listMemberships,
  listMyRooms,
  listPresenceRooms,
  openDm,
  patchRoom,
  searchRooms,
  searchUsers,
} from './rooms.js';
import {
  getPresence,
  getQueuedBytes,
  listAllConnections,
  listConnections,
  listInstances,
  registerInstance,
} from './sessions.js';
import { buckets, inboxOf, queues, subjects } from './subjects.js';

/** What has a subject that is answered. */
interface Call {
  readonly subject: string;
}

/** What a service has to do with the bus. */
interface Role {
  /** Its queue group, in which it hears `answers` and `takes`. */
  readonly queue?: string;
  /** Calls that one replica answers. The answers go to the inboxes of those that make them, and to no other. */
  readonly answers: readonly Call[];
  /** Subjects of which each message reaches one replica and has no answer. */
  readonly takes: readonly string[];
  /** Calls it makes. */
  readonly calls: readonly Call[];
  /** Calls each of its replicas answers for itself. */
  readonly answersAlone: readonly Call[];
  readonly publishes: readonly string[];
  /** Subjects that every replica hears. */
  readonly hears: readonly string[];
  /** KV buckets it makes, writes and watches. */
  readonly owns: readonly string[];
  /** KV buckets it watches, and no more. */
  readonly watches: readonly string[];
}

/** The subjects one key opens; `<subject> <queue>` may be subscribed to in that queue group only. Nothing else is open. */
export interface BusAccess {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** A subject of one ws-gateway, for any of them. */
const any = (subject: (instance: string) => string): string => subject('ANY').replace('ANY', '*');

const page: Call = { subject: subjects.page };
const queuedBytes: Call = { subject: any((instance) => getQueuedBytes(instance).subject) };
const verification = { calls: [getJwks, getRevocations], hears: [subjects.sessionsEnded, subjects.userChanged] };
const nothing = {
  answers: [],
  takes: [],
  calls: [],
  answersAlone: [],
  publishes: [],
  hears: [],
  owns: [],
  watches: [],
} satisfies Role;

export const busRoles = {
  gateway: {
    ...nothing,
    calls: [
      verification.calls,
      [createReset, listAudit, listUsers, patchUser],
      [changePassword, createTicket, endOtherSessions, endSession, getAccount, getOwnUsers, getUser, listSessions],
      [forgotPassword, login, logout, patchAccount, refresh, register, resetPassword, verify],
      [getAvatar, setAvatar],
      [beginFile, claimStrayBlobs, commitFile, dropBlob, forgetStrayBlobs, getFile],
      [createInvite, listInvites, revokeInvite],
      [addMember, liftBan, listBans, removeMember, setPreferences, setRole],
      [deleteMessage, editMessage, listEvents, listMessages, searchMessages, sendMessage],
      [createRoom, deleteRoom, getRoom, joinRoom, leaveRoom, listMembers, listMemberships, listMyRooms],
      [openDm, patchRoom, searchRooms, searchUsers],
      [ackNotifications, listNotifications],
      [addPushSubscription, getPushKey, removePushSubscription, testPush],
      [getPresence, listAllConnections, listConnections, listInstances, queuedBytes],
    ].flat(),
    hears: verification.hears,
  },
  'ws-gateway': {
    ...nothing,
    answersAlone: [queuedBytes],
    calls: [
      verification.calls,
      [getOwnUsers, listAccountChanges, redeemTicket],
      [advanceCursors, joinRoom, listMemberships, page],
      [listPending, registerInstance],
    ].flat(),
    publishes: [subjects.append, subjects.typing],
    hears: [
      verification.hears,
      [any(subjects.instanceDeliver)],
      [any(subjects.instanceAppendReplies)],
      [any(subjects.instanceHints)],
      [subjects.logBeat, subjects.membershipChanged, subjects.roomDeleted],
      [subjects.registryReset, subjects.connectionsExceeded, subjects.notificationAdded],
    ].flat(),
  },
  'auth-service': {
    ...nothing,
    queue: queues.auth,
    answers: [
      [createReset, listAudit, listUsers, patchUser, recordAudit],
      [changePassword, createTicket, endOtherSessions, endSession, getAccount, getJwks, getOwnUsers, getRevocations],
      [getUser, listAccountChanges, listLiveSessions, listSessions, login, logout, noteSeen, patchAccount],
      [forgotPassword, redeemTicket, refresh, register, resetPassword, verify],
      [getAvatar, setAvatar],
    ].flat(),
    calls: [copyUsers],
    publishes: [subjects.sessionsEnded, subjects.userChanged],
  },
  'room-service': {
    ...nothing,
    queue: queues.rooms,
    answers: [
      [copyUsers],
      [beginFile, claimStrayBlobs, commitFile, dropBlob, forgetStrayBlobs, getFile],
      [createInvite, listInvites, revokeInvite],
      [addMember, liftBan, listBans, removeMember, setPreferences, setRole],
      [advanceCursors, deleteMessage, editMessage, listEvents, listMessages, page, searchMessages, sendMessage],
      [listLateMessages, listUndelivered],
      [createRoom, deleteRoom, getRoom, joinRoom, leaveRoom, listMembers, listMemberships, listMyRooms],
      [listPresenceRooms, openDm, patchRoom, searchRooms, searchUsers],
    ].flat(),
    takes: [subjects.append],
    calls: [addNotice, getOwnUsers, recordAudit],
    publishes: [any(subjects.instanceDeliver), subjects.logBeat, subjects.membershipChanged, subjects.roomDeleted],
    hears: [subjects.registryReset, subjects.userChanged],
    watches: [buckets.interest],
  },
  'session-service': {
    ...nothing,
    queue: queues.sessions,
    answers: [getPresence, listAllConnections, listConnections, listInstances, registerInstance],
    takes: [subjects.typing],
    calls: [listPresenceRooms, noteSeen, queuedBytes],
    publishes: [
      any(subjects.instanceHints),
      subjects.connectionsExceeded,
      subjects.presenceBeat,
      subjects.registryReset,
    ],
    hears: [subjects.presenceBeat],
    owns: Object.values(buckets),
  },
  'notification-service': {
    ...nothing,
    queue: queues.notifications,
    answers: [
      [ackNotifications, addNotice, listNotifications, listPending],
      [addPushSubscription, getPushKey, removePushSubscription, testPush],
    ].flat(),
    calls: [listLateMessages, listLiveSessions, listUndelivered],
    publishes: [subjects.notificationAdded],
    hears: [subjects.roomDeleted, subjects.sessionsEnded],
  },
} satisfies Record<string, Role>;

export type BusUser = keyof typeof busRoles;
export const busUsers = Object.keys(busRoles) as BusUser[];

/** The variable in which nats-server finds the public key of a service. */
export const nkeyVariable = (user: BusUser): string => `${user.toUpperCase().replaceAll('-', '_')}_NKEY`;

/** What the key of a service opens. */
export function busAccess(user: BusUser): BusAccess {
  const role: Role = busRoles[user];
  const inQueue = (subject: string) => `${subject} ${role.queue}`;
  const answered = new Set([...role.answers, ...role.answersAlone].map(({ subject }) => subject));
  const callers = busUsers.filter((other) => busRoles[other].calls.some(({ subject }) => answered.has(subject)));
  const sorted = (patterns: string[]) => [...new Set(patterns)].sort();
  return {
    publish: sorted([
      ...role.calls.map(({ subject }) => subject),
      ...role.publishes,
      ...callers.map((caller) => `${inboxOf(caller)}.>`),
      ...role.owns.flatMap((bucket) => [...owning(bucket), ...watching(bucket)]),
      ...role.watches.flatMap(watching),
    ]),
    subscribe: sorted([
      `${inboxOf(user)}.>`,
      ...role.answers.map(({ subject }) => inQueue(subject)),
      ...role.takes.map(inQueue),
      ...role.answersAlone.map(({ subject }) => subject),
      ...role.hears,
    ]),
  };
}

/** A bucket is a stream `KV_<bucket>`; what is asked of it are subjects of JetStream. */
const watching = (bucket: string): string[] => [
  `$JS.API.STREAM.INFO.KV_${bucket}`,
  `$JS.API.CONSUMER.CREATE.KV_${bucket}.>`,
  `$JS.API.CONSUMER.INFO.KV_${bucket}.*`,
  `$JS.API.CONSUMER.DELETE.KV_${bucket}.*`,
  `$JS.FC.KV_${bucket}.>`, // «go on», said to a stream that sends faster than it is read
];

const owning = (bucket: string): string[] => [
  '$JS.API.INFO', // whether there is JetStream, asked before a stream is made
  `$KV.${bucket}.>`,
  `$JS.API.STREAM.CREATE.KV_${bucket}`,
  `$JS.API.STREAM.DELETE.KV_${bucket}`,
  `$JS.API.STREAM.MSG.GET.KV_${bucket}`,
  `$JS.API.STREAM.MSG.DELETE.KV_${bucket}`,
];
