import { describe, expect, it } from 'vitest';
import { byteRange } from './byte-range.js';

describe('a range of ten bytes', () => {
  it.each([
    ['bytes=0-3', { first: 0, last: 3 }],
    ['bytes=5-', { first: 5, last: 9 }],
    ['bytes=5-100', { first: 5, last: 9 }],
    ['bytes=-3', { first: 7, last: 9 }],
    ['bytes=-100', { first: 0, last: 9 }],
    ['BYTES=9-9', { first: 9, last: 9 }],
    ['bytes=10-', null],
    ['bytes=-0', null],
    ['bytes=3-2', undefined],
    ['bytes=0-1,4-5', undefined],
    ['bytes=-', undefined],
    ['bytes=a-b', undefined],
    ['lines=0-3', undefined],
    ['bytes=99999999999999999999-', undefined],
    [undefined, undefined],
  ])('%s', (header, range) => expect(byteRange(header, 10)).toEqual(range));

  it('of none is never there', () => {
    expect([byteRange('bytes=0-', 0), byteRange('bytes=-1', 0)]).toEqual([null, null]);
  });
});
