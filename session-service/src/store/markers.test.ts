import { describe, expect, it } from 'vitest';
import type { Bucket } from './bucket.js';
import { Markers } from './markers.js';

const bucketThatErases = (erased: number[]) =>
  ({
    erase: (revision: number) => {
      erased.push(revision);
      return revision === 2 ? Promise.reject(new Error('away')) : Promise.resolve();
    },
  }) as unknown as Bucket;

describe('markers', () => {
  it('are erased once when they are old enough, whatever becomes of the others', async () => {
    let nowMs = 0;
    const erased: number[] = [];
    const bucket = bucketThatErases(erased);
    const markers = new Markers(100, () => nowMs);
    for (let revision = 1; revision <= 200; revision++) markers.add(bucket, revision);
    nowMs = 50;
    markers.add(bucket, 201);
    await markers.erase();
    expect(erased).toEqual([]);
    nowMs = 100;
    await markers.erase();
    expect(erased).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    nowMs = 150;
    await markers.erase();
    expect(erased.at(-1)).toBe(201);
    expect(markers.count).toBe(0);
  });

  it('beyond the bound are erased early', async () => {
    const erased: number[] = [];
    const bucket = bucketThatErases(erased);
    const markers = new Markers(100, () => 0);
    for (let revision = 1; revision <= 100_003; revision++) markers.add(bucket, revision);
    await markers.erase();
    expect(erased).toEqual([1, 2, 3]);
  });
});
