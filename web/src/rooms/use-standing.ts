// What the one who is signed in is allowed, here and at all.
import type { RoomView } from '@natter/contracts/events';
import { useSession } from '../frame/natter-context.js';
import type { Standing } from './may.js';

export function useStanding({ role }: Pick<RoomView, 'role'>): Standing {
  const session = useSession();
  return { role, permissions: session.status === 'signed_in' ? session.account.permissions : undefined };
}
