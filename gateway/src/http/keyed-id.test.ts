import { MessageId } from '@natter/contracts/ids';
import { describe, expect, it } from 'vitest';
import { keyedId } from './keyed-id.js';

describe('the id made of an idempotency key', () => {
  it('is a UUID, always the same, and nobody else’s', () => {
    const id = keyedId('message', 'ann', 'k');
    expect(MessageId.safeParse(id).success).toBe(true);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(keyedId('message', 'ann', 'k')).toBe(id);
    expect(
      new Set([id, keyedId('message', 'ann', 'l'), keyedId('message', 'ben', 'k'), keyedId('room', 'ann', 'k')]).size,
    ).toBe(4);
  });
});
