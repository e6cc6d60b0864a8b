// Who may not come in, for admins: lets people in again.
import type { Ban } from '@natter/contracts/members';
import type { RoomView } from '@natter/contracts/events';
import { Skeleton } from '../frame/empty.js';
import { FormError } from '../frame/form.js';
import { useNatter } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import { usePage } from '../frame/use-page.js';
import { nameOf } from '../store/room-view.js';
import { whyNotRemove } from './may.js';
import { Person } from './people-search.js';
import { useStanding } from './use-standing.js';

/** @param changes another number when bans may have changed */
export function BanList({ room, changes }: { room: RoomView; changes: number }) {
  const { rest } = useNatter();
  const bans = usePage(`${room.id} ${changes}`, () => rest.bans(room.id, { limit: 100 }));
  const whyNot = whyNotRemove(useStanding(room), null);
  return (
    <>
      {bans.isLoading && <Skeleton lines={2} label="Loading bans" />}
      {bans.error && <p className="form-error">{bans.error}</p>}
      {bans.value?.items.length === 0 && <p className="hint">Nobody is banned.</p>}
      <ul className="people" aria-label="Banned">
        {bans.value?.items.map((ban) => (
          <li key={ban.user.id}>
            <BanLine room={room.id} ban={ban} isAllowed={whyNot === undefined} onLifted={bans.reload} />
          </li>
        ))}
      </ul>
      {whyNot && <p className="hint">{whyNot}</p>}
    </>
  );
}

interface LineProps {
  room: string;
  ban: Ban;
  isAllowed: boolean;
  onLifted: () => void;
}

function BanLine({ room, ban, isAllowed, onLifted }: LineProps) {
  const { rest } = useNatter();
  const { isBusy, error, run } = useAction();
  const lift = () => run(() => rest.liftBan(room, ban.user.id)).then((worked) => worked && onLifted());
  return (
    <>
      <Person user={ban.user} note={` · by ${nameOf(ban.by)}`} />
      {isAllowed && (
        <button
          type="button"
          className="button small"
          aria-disabled={isBusy}
          aria-label={`Let ${nameOf(ban.user)} in again`}
          onClick={() => void lift()}
        >
          Let in
        </button>
      )}
      {error && <FormError error={error} />}
    </>
  );
}
