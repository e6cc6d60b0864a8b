import { describe, expect, it } from 'vitest';
import { parseUpstream, Upstreams } from './upstreams.js';

const ports = (upstreams: Upstreams): number[] => upstreams.inTurn().map(({ port }) => port);

describe('upstreams', () => {
  it('are taken in turn, all of them each time', () => {
    const upstreams = new Upstreams(['h:1', 'h:2', 'h:3']);
    expect([ports(upstreams), ports(upstreams), ports(upstreams), ports(upstreams)]).toEqual([
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
      [1, 2, 3],
    ]);
  });

  it('that failed stand last for a moment', () => {
    let nowMs = 0;
    const upstreams = new Upstreams(['h:1', 'h:2'], () => nowMs);
    const [first] = upstreams.inTurn();
    if (first !== undefined) upstreams.failed(first);
    expect([ports(upstreams), ports(upstreams)]).toEqual([
      [2, 1],
      [2, 1],
    ]);
    nowMs += 2_001;
    expect([ports(upstreams), ports(upstreams)]).toEqual([
      [2, 1],
      [1, 2],
    ]);
  });

  it('are written host:port', () => {
    expect(parseUpstream('ws-1:8081')).toEqual({ host: 'ws-1', port: 8081 });
    expect(parseUpstream('[::1]:8081')).toEqual({ host: '::1', port: 8081 });
    for (const bad of ['', 'ws-1', 'ws-1:', ':80', 'a:b:1', 'h:0', 'h:65536', 'http://h:1'])
      expect(parseUpstream(bad)).toBeUndefined();
  });
});
