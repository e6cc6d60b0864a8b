import { permissions } from '@natter/contracts/events';
import { describe, expect, it } from 'vitest';
import { type Standing, whyNotChangeRoles, whyNotChangeRoom, whyNotDelete, whyNotInvite, whyNotRemove } from './may.js';

const all: Standing = { permissions, role: 'member' };
const owner: Standing = { ...all, role: 'owner' };
const admin: Standing = { ...all, role: 'admin' };
const poorAdmin: Standing = { permissions: [], role: 'admin' };

describe('why somebody may not', () => {
  it('bring people in: the grant first, then the room', () => {
    expect(whyNotInvite(all, true)).toBeUndefined();
    expect(whyNotInvite(all, false)).toMatch(/^Only admins/);
    expect(whyNotInvite(admin, false)).toBeUndefined();
    expect(whyNotInvite(poorAdmin, true)).toMatch(/An administrator can change that/);
  });

  it('remove people: nobody removes an owner', () => {
    expect(whyNotRemove(admin, 'admin')).toBeUndefined();
    expect(whyNotRemove(owner, null)).toBeUndefined();
    expect(whyNotRemove(all, 'member')).toMatch(/^Only admins/);
    expect(whyNotRemove(poorAdmin, 'member')).toMatch(/^Your account/);
    expect(whyNotRemove(admin, 'owner')).toMatch(/^Nobody/);
  });

  it('delete what another said', () => {
    expect(whyNotDelete(all, false)).toMatch(/^Only who said it/);
    expect([whyNotDelete(all, true), whyNotDelete(poorAdmin, false), whyNotDelete(owner, false)]).toEqual(
      Array(3).fill(undefined),
    );
  });

  it('change the room, or roles', () => {
    expect([whyNotChangeRoom(all), whyNotChangeRoom(admin)]).toEqual([expect.any(String), undefined]);
    expect([whyNotChangeRoles(admin), whyNotChangeRoles(owner)]).toEqual([expect.any(String), undefined]);
  });

  it('is left to the server where the grants are not known', () => {
    expect(whyNotInvite({ permissions: undefined, role: 'member' }, true)).toBeUndefined();
  });
});
