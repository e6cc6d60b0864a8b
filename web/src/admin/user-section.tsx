// Accounts: found by any of their names, each with what may be changed of it.
import { useDeferredValue, useState } from 'react';
import { SearchIcon } from '../frame/icons.js';
import { useNatter } from '../frame/natter-context.js';
import { ListView } from './list-view.js';
import { useList } from './use-list.js';
import { UserRow } from './user-row.js';

export function UserSection() {
  const { rest } = useNatter();
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim().slice(0, 100));
  const users = useList(`users ${q}`, (cursor) => rest.admin.users({ ...(q && { q }), ...(cursor && { cursor }) }));
  return (
    <>
      <search className="search-box">
        <SearchIcon />
        <input
          type="search"
          aria-label="Part of a name or an email"
          placeholder="Name or email"
          value={text}
          maxLength={100}
          onChange={(event) => setText(event.target.value)}
        />
      </search>
      <ListView list={users} label="Accounts" empty="No account has this in its names.">
        {(user) => <UserRow key={user.id} given={user} />}
      </ListView>
    </>
  );
}
