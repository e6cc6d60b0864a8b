import { Empty } from '../frame/empty.js';

/** A search that was not answered, in words, and another try. */
export function SearchFault({ error, retry }: { error: string; retry: () => void }) {
  return (
    <Empty
      isFault
      title="The search did not work"
      actions={
        <button type="button" className="button primary" onClick={retry}>
          Try again
        </button>
      }
    >
      {error}
    </Empty>
  );
}
