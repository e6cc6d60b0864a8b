// What users may do, as the auth-service says: asked for at most every 30 s a user, and corrected by its events meanwhile.
import { getOwnUsers, type UserChanged } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import type { Permission } from '@natter/contracts/events';
import { subjects } from '@natter/contracts/subjects';
import type { Bus } from '@natter/service-kit/nats';
import type { RpcClient } from '@natter/service-kit/rpc-client';

/** The contract allows 30 s while a fault lasts. */
const keptMs = 25_000;
/** Users kept; beyond, the oldest answer goes. */
const maxKept = 10_000;

/** Why somebody may not do a thing, in words. */
export const lacking = (permission: Permission): string =>
  `your account lacks the grant ${permission}, which an administrator can give`;

interface Grants {
  permissions: readonly Permission[];
  disabled: boolean;
  version: number;
  untilMs: number;
}

export class GrantCache {
  private readonly known = new Map<string, Grants>();
  /** Rises with each event, so that an answer that was on its way meanwhile is not kept. */
  private changes = 0;

  constructor(
    private readonly rpc: Pick<RpcClient, 'call'>,
    bus: Pick<Bus, 'onJson' | 'onReconnect'>,
  ) {
    bus.onJson<UserChanged>(subjects.userChanged, ({ user, disabled, version }) => {
      this.changes++;
      // Events of several replicas may come in another order than the changes were made in.
      const known = this.known.get(user.id);
      if (known === undefined || known.version <= version) this.keep(user.id, { ...user, disabled, version });
    });
    bus.onReconnect(() => {
      this.changes++;
      this.known.clear();
    });
  }

  /** False also for somebody who does not exist. @throws NatterError `unavailable` or `timeout` when it is not known */
  async holds(user: string, permission: Permission): Promise<boolean> {
    const grants = this.fresh(user) ?? (await this.ask(user));
    return !grants.disabled && grants.permissions.includes(permission);
  }

  /** @throws NatterError `forbidden` without the grant; as `holds` */
  async require(user: string, permission: Permission): Promise<void> {
    if (!(await this.holds(user, permission))) throw new NatterError('forbidden', { detail: lacking(permission) });
  }

  private fresh(user: string): Grants | undefined {
    const grants = this.known.get(user);
    return grants !== undefined && grants.untilMs > performance.now() ? grants : undefined;
  }

  private async ask(user: string): Promise<Grants> {
    const before = this.changes;
    const { users } = await this.rpc.call(getOwnUsers, { users: [user] });
    const [found] = users;
    if (found === undefined) return { permissions: [], disabled: true, version: 0, untilMs: 0 };
    return before === this.changes ? this.keep(user, found) : { ...found, untilMs: 0 };
  }

  private keep(user: string, { permissions, disabled, version }: Omit<Grants, 'untilMs'>): Grants {
    const grants = { permissions, disabled, version, untilMs: performance.now() + keptMs };
    this.known.delete(user);
    this.known.set(user, grants);
    const [oldest] = this.known.keys();
    if (this.known.size > maxKept && oldest !== undefined) this.known.delete(oldest);
    return grants;
  }
}
