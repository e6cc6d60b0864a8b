// A path that leads nowhere.
import { Link } from 'wouter';
import { Empty } from './empty.js';
import { useTitle } from './use-title.js';

export function NotFoundPage() {
  useTitle('Nothing here');
  return (
    <main className="public">
      <Empty
        title="Nothing to natter about here"
        actions={
          <>
            <Link href="/rooms" className="button primary">
              Your rooms
            </Link>
            <Link href="/search?in=rooms" className="button">
              Find a room
            </Link>
          </>
        }
      >
        This address leads nowhere. The link may be old, or a letter may have got lost.
      </Empty>
    </main>
  );
}
