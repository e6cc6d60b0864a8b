import type { UserChanged } from '@natter/contracts/auth';
import type { Permission } from '@natter/contracts/events';
import type { RpcClient } from '@natter/service-kit/rpc-client';
import type { Bus } from '@natter/service-kit/nats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GrantCache } from './grants.js';

let asked: number;
let granted: Permission[];
let beforeAnswer: () => void;
let changed: (event: UserChanged) => void;
let grants: GrantCache;

beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
  granted = ['create_room'];
  beforeAnswer = () => undefined;
  const call = async (_: unknown, { users }: { users: string[] }) => {
    asked++;
    const answer = {
      users: users
        .filter((id) => id !== 'nobody')
        .map((id) => ({ id, permissions: granted, disabled: false, version: 1 })),
    };
    beforeAnswer();
    return answer;
  };
  const bus = {
    onJson: (_: string, handler: typeof changed) => (changed = handler),
    onReconnect: () => undefined,
  };
  grants = new GrantCache({ call } as unknown as RpcClient, bus as unknown as Bus);
});

afterEach(() => {
  vi.useRealTimers();
});

const may = (user = 'ann') => grants.require(user, 'create_room');
let versions = 1;
const change = (permissions: Permission[], disabled = false, version = ++versions) =>
  changed({ user: { id: 'ann', username: 'ann', display_name: '', avatar: null, permissions }, disabled, version });

describe('grants', () => {
  it('are asked for once, and again when they are old', async () => {
    await may();
    await may();
    expect(asked).toBe(1);
    vi.advanceTimersByTime(30_000);
    granted = [];
    await expect(may()).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toBe(2);
  });

  it('follow an event at once', async () => {
    await may();
    change([]);
    await expect(may()).rejects.toMatchObject({ code: 'forbidden' });
    change(['create_room']);
    await may();
    change(['create_room'], true);
    await expect(may()).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toBe(1);
  });

  it('follow the newest event, whatever order they come in', async () => {
    change([], false, 101);
    change(['create_room'], false, 100);
    await expect(may()).rejects.toMatchObject({ code: 'forbidden' });
    change(['create_room'], false, 102);
    await may();
    expect(asked).toBe(0);
  });

  it('are not kept when they changed while they were asked for', async () => {
    beforeAnswer = () => change([]);
    await may();
    await expect(may()).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('are nobody’s who does not exist', async () => {
    await expect(may('nobody')).rejects.toMatchObject({ code: 'forbidden' });
  });
});
