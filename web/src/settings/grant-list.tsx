// What one may do here, and of what one may not, why not.
import type { OwnUser } from '@natter/contracts/events';
import { grants, grantWords } from '../admin/words.js';
import { CheckIcon, CloseIcon } from '../frame/icons.js';

export function GrantList({ account }: { account: OwnUser }) {
  const isLimited = account.permissions.length < grants.length;
  return (
    <>
      <ul className="trace">
        {grants.map((grant) => {
          const isHeld = account.permissions.includes(grant);
          const { label, hint, without } = grantWords[grant];
          return (
            <li key={grant} className={isHeld ? 'is-good' : 'is-bad'}>
              {isHeld ? <CheckIcon /> : <CloseIcon />}
              <span>
                <strong>{label}</strong> <span className="facts">{isHeld ? hint : without}</span>
              </span>
            </li>
          );
        })}
      </ul>
      {isLimited && <p className="hint">Administrators of this server decide about this. Ask one of them.</p>}
    </>
  );
}
