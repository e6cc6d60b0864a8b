// A list, or what there is instead of one: it loads, it failed, it is empty; and the button for more.
import type { ReactNode } from 'react';
import { Empty, Skeleton } from '../frame/empty.js';
import { FormError } from '../frame/form.js';
import type { List } from './use-list.js';

interface ListViewProps<Item> {
  list: List<Item>;
  /** What it is, for those who do not see it. */
  label: string;
  empty: string;
  children: (item: Item) => ReactNode;
}

export function ListView<Item>({ list, label, empty, children }: ListViewProps<Item>) {
  if (list.isLoading) return <Skeleton lines={4} label={`Loading: ${label}`} />;
  if (list.error && list.items.length === 0)
    return (
      <Empty
        isFault
        title="This could not be loaded"
        actions={
          <button type="button" className="button primary" onClick={list.reload}>
            Try again
          </button>
        }
      >
        {list.error}
      </Empty>
    );
  if (list.items.length === 0) return <p className="facts">{empty}</p>;
  return (
    <>
      <ul className="admin-list" aria-label={label}>
        {list.items.map(children)}
      </ul>
      <FormError error={list.error} />
      {list.hasMore && (
        <button type="button" className="button" aria-disabled={list.isBusy} onClick={list.more}>
          {list.isBusy && <span className="spinner" aria-hidden="true" />}
          Show more
        </button>
      )}
    </>
  );
}
