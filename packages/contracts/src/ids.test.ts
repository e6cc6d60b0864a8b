import { describe, expect, it } from 'vitest';
import { FrameId, MessageId, RoomName, RoomRef } from './ids.js';

const uuid = '0b8f5b1e-9f3d-4c56-8a55-0f2c9f2f1a77';

describe('room names', () => {
  it('are lower-cased before they are checked', () => {
    expect(RoomName.parse('General')).toBe('general');
  });

  it.each(['a', '-ab', '_ab', 'a b', 'ä-room', 'x'.repeat(65), uuid, ''])('refuse %j', (name) => {
    expect(RoomName.safeParse(name).success).toBe(false);
  });

  it('may be 2 to 64 characters', () => {
    expect(RoomName.safeParse('ab').success).toBe(true);
    expect(RoomName.safeParse('x'.repeat(64)).success).toBe(true);
  });
});

describe('ids', () => {
  it('of rooms in paths are a name or a UUID', () => {
    expect(RoomRef.parse(uuid.toUpperCase())).toBe(uuid);
    expect(RoomRef.safeParse('a.b').success).toBe(false);
  });

  it('of messages are kept exactly as sent', () => {
    expect(MessageId.parse(uuid.toUpperCase())).toBe(uuid.toUpperCase());
    expect(MessageId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe('01ARZ3NDEKTSV4RRFFQ69G5FAV');
    expect(MessageId.safeParse('1').success).toBe(false);
  });

  it('of frames are 1 to 64 visible ASCII characters', () => {
    expect(FrameId.safeParse('a').success).toBe(true);
    expect(FrameId.safeParse('~'.repeat(64)).success).toBe(true);
    for (const id of ['', ' ', 'a b', 'é', 'x'.repeat(65)]) expect(FrameId.safeParse(id).success).toBe(false);
  });
});
