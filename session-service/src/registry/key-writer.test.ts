import { beforeEach, describe, expect, it } from 'vitest';
import type { Bucket, Found } from '../store/bucket.js';
import { type KeyWish, writeKey } from './key-writer.js';

/** A bucket of one key. */
class OneKey {
  found: Found | null = null;
  calls: string[] = [];

  write(_key: string, value: string | null, expected: number): Promise<number | null> {
    this.calls.push(`write ${value} at ${expected}`);
    if (expected !== (this.found?.revision ?? 0)) return Promise.resolve(null);
    this.found = { revision: expected + 1, value };
    return Promise.resolve(this.found.revision);
  }

  read(): Promise<Found | null> {
    this.calls.push('read');
    return Promise.resolve(this.found);
  }
}

let bucket: OneKey;
const wish = (value: string | null, more: Partial<KeyWish> = {}): KeyWish => ({
  bucket: bucket as unknown as Bucket,
  key: 'k',
  value,
  known: undefined,
  refresh: false,
  once: false,
  ...more,
});
const never = () => false;
const after = (calls: number) => () => bucket.calls.length >= calls;

beforeEach(() => {
  bucket = new OneKey();
});

describe('writing a key', () => {
  it('takes one call when it stands where it is thought to stand', async () => {
    await writeKey(wish('a'), never);
    await writeKey(wish('b', { known: { revision: 1, same: false } }), never);
    await writeKey(wish(null, { known: { revision: 2, same: false } }), never);
    expect(bucket.calls).toEqual(['write a at 0', 'write b at 1', 'write null at 2']);
  });

  it('takes none when what is wished stands there, unless it is said in full again', async () => {
    const known = { revision: 1, same: true };
    bucket.found = { revision: 1, value: 'a' };
    await writeKey(wish('a', { known }), never);
    expect(bucket.calls).toEqual([]);
    await writeKey(wish('a', { known, refresh: true }), never);
    expect(bucket.found.revision).toBe(2);
  });

  it('looks before it deletes what it does not know', async () => {
    await writeKey(wish(null), never);
    bucket.found = { revision: 7, value: 'a' };
    await writeKey(wish(null), never);
    expect(bucket.calls).toEqual(['read', 'read', 'write null at 7']);
    expect(bucket.found).toEqual({ revision: 8, value: null });
  });

  it('follows a key that others moved', async () => {
    bucket.found = { revision: 5, value: null };
    await writeKey(wish('a'), never);
    expect(bucket.found).toEqual({ revision: 6, value: 'a' });
  });

  it('does not bring back a connection that was closed, unless it is registered in full', async () => {
    bucket.found = { revision: 5, value: null };
    await writeKey(wish('c', { once: true }), never);
    expect(bucket.found.value).toBeNull();
    await writeKey(wish('c', { once: true, refresh: true }), never);
    expect(bucket.found).toEqual({ revision: 6, value: 'c' });
  });

  it('gives up when it is late, and then writes nothing', async () => {
    bucket.found = { revision: 5, value: 'newer' };
    await expect(writeKey(wish('a', { refresh: true }), after(2))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(writeKey(wish(null), () => true)).rejects.toMatchObject({ code: 'unavailable' });
    expect(bucket.found).toEqual({ revision: 5, value: 'newer' });
  });
});
