// Sockets that are open now: whose, where, since when, and how much waits in them.
import { useNatter } from '../frame/natter-context.js';
import { fullTimeOf } from '../messages/words.js';
import { ListView } from './list-view.js';
import { useList } from './use-list.js';

const kib = (bytes: number): string => (bytes < 1_024 ? `${bytes} bytes` : `${(bytes / 1_024).toFixed(1)} KiB`);

export function ConnectionSection() {
  const { rest } = useNatter();
  const connections = useList('connections', (cursor) => rest.admin.connections(cursor ? { cursor } : {}));
  return (
    <>
      <p className="section-line">
        <span className="facts">Who is connected now, gateway by gateway.</span>
        <button type="button" className="button small" onClick={connections.reload}>
          Look again
        </button>
      </p>
      <ListView list={connections} label="Live connections" empty="Nobody is connected.">
        {({ id, user, gateway, since, room, queued_bytes }) => (
          <li key={id} className="card entry">
            <span className="member-words">
              <span className="clip" dir="auto">
                {user.display_name || user.username} <span className="facts">@{user.username}</span>
              </span>
              <span className="facts">
                {gateway} · since {fullTimeOf(since)}
                {room !== undefined && ' · one room only'}
              </span>
            </span>
            <span className="facts">
              {queued_bytes === null
                ? 'gateway silent'
                : queued_bytes === 0
                  ? 'up to date'
                  : `${kib(queued_bytes)} wait`}
            </span>
          </li>
        )}
      </ListView>
    </>
  );
}
