import { describe, expect, it } from 'vitest';
import { BLOCK, padding, readTarHeader, tarHeader } from './tar-header.js';

describe('the header of an entry', () => {
  it('says again what was written, for sizes below and above eight gibibytes', () => {
    for (const size of [0, 1, 511, 512, 8 * 1024 ** 3 - 1, 8 * 1024 ** 3, 5 * 1024 ** 4]) {
      const entry = { name: 'files/ab/x/file', size };
      expect(readTarHeader(tarHeader(entry, 1_763_700_000_000))).toEqual(entry);
    }
  });

  it('is refused with any single byte changed', () => {
    const header = tarHeader({ name: 'manifest.json', size: 4_711 }, 1_763_700_000_000);
    for (let at = 0; at < BLOCK; at += 1) {
      const changed = Buffer.from(header);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect([at, readTarHeader(changed)]).toEqual([at, null]);
    }
  });

  it('has no room for names above a hundred bytes', () => {
    expect(() => tarHeader({ name: 'x'.repeat(101), size: 0 }, 0)).toThrow(RangeError);
  });
});

it('a content is filled up to whole blocks', () => {
  expect([0, 1, 511, 512, 513].map(padding)).toEqual([0, 511, 1, 0, 511]);
});
