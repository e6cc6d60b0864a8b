// Who may do what, as one rule. What a call needs is said in few words (`Need`); who somebody is, in fewer; the rule makes of the two
// what must be answered. Written from docs/protocol.md, and knowing nothing of the code.
import type { ErrorCode } from '@natter/contracts/errors';
import type { Role } from '@natter/contracts/events';

interface Actor {
  /** What they are, or were, in the rooms of the scenes; in a direct conversation only `member` and `owner` are anything. */
  place: Role | null;
  /** Their proof of identity is none, or none any more. */
  stopped?: ErrorCode;
  isBanned?: true;
  isAdministrator?: true;
  /** All others hold all four grants. */
  lacksGrants?: true;
}

export const actors = {
  anonymous: { place: null, stopped: 'unauthenticated' },
  ended: { place: 'member', stopped: 'session_revoked' },
  disabled: { place: 'member', stopped: 'forbidden' },
  stranger: { place: null },
  left: { place: null },
  kicked: { place: null },
  banned: { place: null, isBanned: true },
  /** Admin of another room. */
  elsewhere: { place: null },
  administrator: { place: null, isAdministrator: true },
  member: { place: 'member' },
  powerless: { place: 'admin', lacksGrants: true },
  admin: { place: 'admin' },
  owner: { place: 'owner' },
} as const satisfies Record<string, Actor>;
export type ActorName = keyof typeof actors;
export const actorNames = Object.keys(actors) as ActorName[];

/** A private room; a public one in which only admins bring people in; a direct conversation of `owner` and `member`. */
export const kinds = ['hidden', 'open', 'talk'] as const;
export type Kind = (typeof kinds)[number];

/** What a call needs. `{}`: whoever is signed in. */
export interface Need {
  /** `parting`: who is nobody is told no more than that. */
  door?: 'everybody' | 'administrators' | 'parting';
  /** The least one has to be in the room. `knowing`: public, or one is in it; `invited`: the same, or one brings an invite. */
  place?: 'knowing' | 'invited' | Role;
  /** What is not there for those outside, also where they may know of the room. */
  isUnseen?: true;
  /** Closed to the banned. */
  isEntrance?: true;
  /** There is no such thing in direct conversations. */
  isForRooms?: true;
  /** Not for owners: they must hand over first. */
  isForLeaving?: true;
  /** One of the four grants. */
  grant?: true;
  /** Where the room says so, for admins only. */
  isInviting?: true;
  /** It is about something that is `member`'s: how others are refused, and whether admins are not. */
  theirs?: { refusal: ErrorCode; orAdmin?: true };
}

const ranks: readonly Role[] = ['member', 'admin', 'owner'];
const isAtLeast = (place: Role | null, least: Role): boolean =>
  place !== null && ranks.indexOf(place) >= ranks.indexOf(least);

export function placeOf(name: ActorName, kind: Kind): Role | null {
  if (kind !== 'talk') return actors[name].place;
  return name === 'owner' || name === 'member' ? 'member' : null;
}

/** Nobody, as far as a door can tell. */
export const isStopped = (name: ActorName): boolean => 'stopped' in actors[name];

/** The code a call must be refused with; undefined where it must be done. */
export function refusalOf(need: Need, name: ActorName, kind: Kind): ErrorCode | undefined {
  const actor: Actor = actors[name];
  if (need.door === 'everybody') return undefined;
  if (actor.stopped !== undefined) return need.door === 'parting' ? 'unauthenticated' : actor.stopped;
  if (need.door === 'administrators') return actor.isAdministrator ? undefined : 'forbidden';
  const place = placeOf(name, kind);
  if (need.place !== undefined) {
    if (place === null) return refusalOutside(need, actor, kind);
    if (kind === 'talk' && need.isForRooms) return 'forbidden';
    if (need.isForLeaving && place === 'owner') return 'owner_must_transfer';
    const least = need.isInviting && kind === 'open' ? 'admin' : need.place;
    if (least !== 'knowing' && least !== 'invited' && !isAtLeast(place, least)) return 'forbidden';
  }
  if (need.grant && actor.lacksGrants) return 'forbidden';
  if (need.theirs === undefined || name === 'member') return undefined;
  return need.theirs.orAdmin && isAtLeast(place, 'admin') ? undefined : need.theirs.refusal;
}

/** Somebody who is not in the room. Whoever may not know of it is told that there is none. */
function refusalOutside(need: Need, actor: Actor, kind: Kind): ErrorCode | undefined {
  const isInvited = need.place === 'invited' && kind !== 'talk';
  if ((kind !== 'open' && !isInvited) || need.isUnseen) return 'not_found';
  if (need.isEntrance && actor.isBanned) return 'banned';
  return need.place === 'knowing' || isInvited ? undefined : 'not_member';
}

/** What an answer may give away: that there is such a room, or what is said in it. */
export type Secret = 'title' | 'words';

export function maySee(name: ActorName, kind: Kind, secret: Secret): boolean {
  if (isStopped(name)) return false;
  // A direct conversation is called by the other's name, which is no secret.
  if (secret === 'title' && kind === 'talk') return false;
  return placeOf(name, kind) !== null || (secret === 'title' && kind === 'open');
}
