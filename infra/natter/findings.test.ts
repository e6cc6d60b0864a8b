// What the doctor makes of what it is told.
import { describe, expect, it } from 'vitest';
import { judgeServer } from './check-database.js';
import { freeSpace, openFiles } from './check-machine.js';
import { judgeGreeting } from './check-nats.js';
import { formatFinding, ok, wrong } from './finding.js';

const healthy = {
  version: '18.4',
  settings: { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', max_connections: '200' },
  aheadMs: 12,
  encodings: [{ name: 'natter_rooms', encoding: 'UTF8' }],
};
const faults = (facts: Partial<typeof healthy>): string[] =>
  judgeServer({ ...healthy, ...facts })
    .filter(({ state }) => state === 'wrong')
    .map(({ what }) => what);

describe('the doctor', () => {
  it('finds nothing at a PostgreSQL that is well', () => {
    expect(faults({})).toEqual([]);
  });

  it('names each thing that is wrong with a PostgreSQL', () => {
    expect(faults({ settings: { ...healthy.settings, fsync: 'off', synchronous_commit: 'off' } })).toEqual([
      'durability: fsync, synchronous_commit off; the room-service will not be ready',
    ]);
    expect(faults({ settings: { ...healthy.settings, max_connections: '20' } })).toEqual(['connections: only 20']);
    expect(faults({ version: '13.9' })).toEqual(['postgres: 13.9 is too old']);
    expect(faults({ aheadMs: -90_000 })).toEqual(['clock: PostgreSQL is 90.0 s behind this machine']);
    expect(faults({ encodings: [{ name: 'natter_auth', encoding: 'SQL_ASCII' }] })).toEqual([
      'encoding: natter_auth has SQL_ASCII',
    ]);
  });

  it('knows a nats-server by its greeting', () => {
    const greeting = (more: object): string =>
      `INFO ${JSON.stringify({ version: '2.10.27', jetstream: true, ...more })}`;
    const state = (text: string | null): string => judgeGreeting('nats:4222', text).state;
    expect(state(greeting({}))).toBe('ok');
    expect(state(greeting({ jetstream: undefined }))).toBe('wrong');
    expect(state(greeting({ version: '2.8.4' }))).toBe('wrong');
    expect(state('SSH-2.0-OpenSSH_9.2')).toBe('wrong');
    expect(state(null)).toBe('wrong');
  });

  it('knows when there are too few open files, and too little room', () => {
    const limits = (hard: string): string =>
      `Limit   Soft Limit  Hard Limit  Units\nMax open files    1024    ${hard}    files\n`;
    expect(openFiles(limits('1024')).state).toBe('wrong');
    expect(openFiles(limits('20000')).state).toBe('ok');
    expect(openFiles(limits('unlimited')).state).toBe('ok');
    expect(openFiles(null).state).toBe('unknown');
    const gib = 1024 ** 3;
    expect(freeSpace('/data', 50 * gib, 100 * gib).state).toBe('ok');
    expect(freeSpace('/data', 1 * gib, 100 * gib).state).toBe('wrong');
    expect(freeSpace('/data', 30 * gib, 1_000 * gib).state).toBe('wrong');
  });

  it('says what to do under what is wrong', () => {
    expect(formatFinding(ok('disk: enough'))).toBe('ok  disk: enough\n');
    expect(formatFinding(wrong('disk: full', 'Make room.'))).toBe('!!  disk: full\n    Make room.\n');
  });
});
