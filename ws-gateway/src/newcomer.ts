// What must be known of a user before a new socket of theirs may go on: the account, and the rooms as they are now.
import type { UserState } from '@natter/contracts/auth';
import { limits } from '@natter/contracts/limits';
import type { Membership } from '@natter/contracts/rooms';
import { retryDelay, sleep } from '@natter/service-kit/retry';
import type { Connection } from './connection.js';
import type { Directory } from './directory.js';

/** As long as a client is kept waiting; then the connection ends, and it comes again. */
const patienceMs = limits.answerMs - 500;

export interface Newcomer<Extra> {
  /** Undefined when there is no such account. */
  account: UserState | undefined;
  /** Not older than anything that was heard of them meanwhile. */
  memberships: Membership[];
  extra: Extra;
}

/**
 * Reads what a new socket needs, trying again as long as its client may wait.
 * @param extra something that is waited for once the rest is known, and that never fails
 * @returns undefined when it could not be read within 4.5 s, or the socket has closed
 */
export async function readNewcomer<Extra>(
  directory: Directory,
  connection: Connection,
  extra: () => Promise<Extra>,
): Promise<Newcomer<Extra> | undefined> {
  const { user } = connection;
  const untilMs = performance.now() + patienceMs;
  let more: Promise<Extra> | undefined;
  for (let attempt = 0; connection.stage !== 'closed' && performance.now() < untilMs; attempt++) {
    const { version } = user;
    try {
      const reads = Promise.all([directory.account(user.id), directory.memberships(user.id)] as const);
      const read = await within(untilMs - performance.now(), reads);
      if (read === undefined) return undefined;
      const [account, memberships] = read;
      more ??= extra();
      const known = { account, memberships, extra: await more };
      if (user.version === version) return known;
    } catch {
      await sleep(retryDelay(attempt, 100, 500));
    }
  }
  return undefined;
}

/** The value, or undefined when it takes longer. */
export async function within<T>(ms: number, value: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}
