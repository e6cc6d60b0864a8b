// Those who try everything, and the rooms they try it on: one of each kind, and one more wherever somebody may change what the others
// try after them.
import { randomUUID } from 'node:crypto';
import type { User } from '@natter/contracts/events';
import type { Invite } from '@natter/contracts/invites';
import { type TestDevice, PushReceiver } from '@natter/service-kit/testing/push-receiver';
import type { Answer, Api } from '../harness/api.js';
import { freshName, Person, signIn } from '../harness/person.js';
import type { System } from '../harness/stack.js';
import { oneFile, pixel, uploaded } from '../harness/uploads.js';
import { until } from '../harness/wait.js';
import { type ActorName, actorNames, type Kind, type Secret } from './rule.js';

export interface Scene {
  kind: Kind;
  room: string;
  /** Seq of a message of `member`, which carries `file`. */
  message: number;
  file: string;
  /** A file of `member` that no message carries. */
  loose: string;
  /** The code of an invite by `member`. */
  invite: string;
  /** A sign-in of `member` besides the one they act by. */
  session: string;
  /** What whoever may not see it must not be shown. */
  secrets: Record<Secret, string>;
}

type RoomKind = Exclude<Kind, 'talk'>;

/** Those who act, and `passer`, a member to whom things are done. */
type PersonName = Exclude<ActorName, 'anonymous' | 'administrator'> | 'passer';

const administrator = { username: 'root', password: 'the root of all llamas' };
/** What a system needs for a stage. */
export const stageSettings = {
  NATTER_ADMIN_USERNAME: administrator.username,
  NATTER_ADMIN_PASSWORD: administrator.password,
  NATTER_PUSH_HOSTS: '127.0.0.1',
};

export class Stage {
  readonly scenes = {} as Record<Kind, Scene>;
  /** The version of a picture of `passer`. */
  picture = '';
  private session = '';
  /** Where `member` wants to be told. */
  device!: TestDevice;

  private constructor(
    private readonly system: System,
    private readonly people: Record<PersonName, Person>,
    private readonly root: { token: string; id: string },
    private readonly receiver: PushReceiver,
    private readonly pushKey: string,
  ) {}

  static async set(system: System): Promise<Stage> {
    const people = {} as Record<PersonName, Person>;
    for (const name of [...actorNames, 'passer' as const])
      if (name !== 'anonymous' && name !== 'administrator') people[name] = await Person.register(system, name);
    const tokens = await signIn(system.api, administrator.username, administrator.password);
    const root = { token: tokens.access_token, id: tokens.user.id };
    const { body } = await people.member.api.get<{ key: string }>('/api/push/key');
    const stage = new Stage(system, people, root, await PushReceiver.start(), body.key);
    await stage.furnish();
    return stage;
  }

  private async furnish(): Promise<void> {
    const { member, elsewhere, powerless, owner, ended, disabled, passer } = this.people;
    this.session = sessionOf((await member.signInAgain()).access_token);
    const [hidden, open, talk] = await Promise.all([this.room('hidden'), this.room('open'), this.talk()]);
    Object.assign(this.scenes, { hidden, open, talk });
    for (const { secrets, room } of [hidden, open, talk])
      await until('what was said is found', async () => {
        const { text } = await member.api.get(`/api/search/messages?q=${secrets.words}`);
        return text.includes(room);
      });
    const form = oneFile(pixel, 'passer.png');
    const { body } = await done(passer.api.call<{ user: User }>('PUT', '/api/auth/me/avatar', { form }));
    this.picture = body.user.avatar?.split('/').at(-1) ?? '';
    const other = await owner.createRoom({ visibility: 'private', members: [elsewhere.id] });
    await done(owner.api.patch(`/api/rooms/${other.id}/members/${elsewhere.id}`, { role: 'admin' }));
    this.device = this.newDevice();
    await done(member.api.post('/api/push/subscriptions', this.device.subscription));
    const administer = this.as('administrator');
    await done(administer.patch(`/api/admin/users/${powerless.id}`, { permissions: [] }));
    await done(administer.patch(`/api/admin/users/${disabled.id}`, { disabled: true }));
    await done(ended.api.post('/api/auth/logout', {}));
    await until('who is out is out', async () => {
      const out = await Promise.all([ended, disabled].map(({ api }) => api.get('/api/auth/me')));
      const made = await powerless.api.post('/api/rooms', { name: freshName('room') });
      return [...out, made].every(({ status }) => status === 401 || status === 403);
    });
  }

  id(name: ActorName | 'passer'): string {
    if (name === 'administrator') return this.root.id;
    return name === 'anonymous' ? '' : this.people[name].id;
  }

  token(name: ActorName): string | undefined {
    if (name === 'administrator') return this.root.token;
    return name === 'anonymous' ? undefined : this.people[name].token;
  }

  as(name: ActorName): Api {
    const token = this.token(name);
    return token === undefined ? this.system.api : this.system.api.as(token);
  }

  /** The same person by a sign-in that may end; those who have none come as they are. */
  async again(name: ActorName): Promise<Api> {
    if (name === 'anonymous' || name === 'disabled' || name === 'ended') return this.as(name);
    const { api } = this.system;
    const { username, password } = name === 'administrator' ? administrator : this.people[name];
    return api.as((await signIn(api, username, password)).access_token);
  }

  login(name: 'owner'): { login: string; password: string } {
    const { username: login, password } = this.people[name];
    return { login, password };
  }

  newDevice(): TestDevice {
    return this.receiver.device(this.pushKey);
  }

  /**
   * A room with everybody at their place, and one of everything that can be in a room.
   *
   * @param by who tries something on it, if it is for one call only: then it has no files, and nobody else has come and gone
   */
  async room(kind: RoomKind, by?: ActorName): Promise<Scene> {
    const { owner, admin, powerless, member, left, kicked, banned, disabled, ended, passer } = this.people;
    const secrets = newSecrets();
    const { id: room } = await owner.createRoom({
      title: secrets.title,
      visibility: kind === 'hidden' ? 'private' : 'public',
      members: [admin, powerless, member, disabled, ended, passer].map(({ id }) => id),
    });
    const path = `/api/rooms/${room}`;
    for (const { id } of [admin, powerless]) await done(owner.api.patch(`${path}/members/${id}`, { role: 'admin' }));
    const { body: made } = await done(member.api.post<Invite>(`${path}/invites`, {}));
    const invite = made.code;
    // They come by the invite: who is added is told so, and that stays.
    const gone = (
      [
        ['left', left],
        ['kicked', kicked],
        ['banned', banned],
      ] as const
    ).filter(([name]) => by === undefined || by === name);
    for (const [, { api }] of gone) await done(api.post(`${path}/join`, { invite }));
    for (const [name, { api, id }] of gone) {
      if (name === 'left') await done(api.post(`${path}/leave`));
      if (name === 'kicked') await done(admin.api.delete(`${path}/members/${id}`));
    }
    await done(admin.api.delete(`${path}/members/${banned.id}?ban=true`));
    if (kind === 'open') await done(owner.api.patch(path, { members_can_invite: false }));
    return { kind, room, invite, secrets, session: this.session, ...(await this.said(room, secrets.words, by)) };
  }

  private async talk(): Promise<Scene> {
    const { owner, member } = this.people;
    const { body } = await done(owner.api.post<{ room: { id: string } }>('/api/dms', { user: member.id }));
    const { id: room } = body.room;
    const { invite } = nothing;
    const secrets = newSecrets();
    return { kind: 'talk', room, invite, secrets, session: this.session, ...(await this.said(room, secrets.words)) };
  }

  private async said(room: string, words: string, by?: ActorName): Promise<Pick<Scene, 'message' | 'file' | 'loose'>> {
    const { member } = this.people;
    const upload = async (): Promise<string> => (await uploaded(member, room, words)).id;
    const [file, loose] = by === undefined ? [await upload(), await upload()] : [];
    const message = { body: words, ...(file !== undefined && { files: [file] }) };
    const { body } = await done(member.api.post<{ seq: number }>(`/api/rooms/${room}/messages`, message));
    return { message: body.seq, file: file ?? nothing.file, loose: loose ?? nothing.loose };
  }

  clear(): Promise<void> {
    return this.receiver.stop();
  }
}

/** What does not exist: whoever may not know of a scene must be answered as for this. */
export const nothing: Omit<Scene, 'kind' | 'message' | 'secrets'> = {
  room: randomUUID(),
  file: randomUUID(),
  loose: randomUUID(),
  invite: 'x'.repeat(22),
  session: randomUUID(),
};

const newSecrets = (): Record<Secret, string> => ({
  title: freshName('title'),
  words: freshName('words').replace('-', ''),
});

const sessionOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string }).sid;

async function done<Body>(answer: Promise<Answer<Body>>): Promise<Answer<Body>> {
  const { status, text } = await answer;
  if (status >= 300) throw new Error(`setting the stage was answered ${status} ${text}`);
  return answer;
}
