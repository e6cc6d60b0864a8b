import { expect, it } from 'vitest';
import { formatLine, isAtLeast, parseLine } from './log-line.js';

const at = new Date(2030, 0, 2, 3, 4, 5);

it('shows time, part and message in columns', () => {
  expect(formatLine({ at, part: 'room-1', level: 'warn', text: 'pool is full' })).toBe(
    '03:04:05 room-1          pool is full',
  );
});

it('marks an error', () => {
  expect(formatLine({ at, part: 'ws-1', level: 'error', text: 'x' })).toBe('03:04:05 ws-1            ERROR x');
});

it('reads a JSON line and keeps its fields', () => {
  const raw = '{"level":40,"time":1,"pid":2,"msg":"connection closed","code":4504,"user":"a b","connectionId":"c7"}';
  expect(parseLine('ws-1', raw, 'stdout', at)).toEqual({
    at,
    part: 'ws-1',
    level: 'warn',
    text: 'connection closed code=4504 user="a b" connectionId=c7',
  });
});

it.each([
  [10, 'debug'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'error'],
  ['"trace"', 'debug'],
  ['"info"', 'info'],
  ['"warn"', 'warn'],
  ['"fatal"', 'error'],
])('takes level %s for %s', (level, expected) => {
  expect(parseLine('auth-1', `{"level":${level},"msg":"x"}`, 'stdout').level).toBe(expected);
});

it('takes a stack trace on stderr for an error, and plain words on stdout for information', () => {
  expect(parseLine('auth-1', '    at main (main.js:1:1)', 'stderr').level).toBe('error');
  expect(parseLine('auth-1', '{half a line', 'stdout')).toMatchObject({ level: 'info', text: '{half a line' });
});

it('keeps failed statements of PostgreSQL quiet, and real trouble loud', () => {
  const levelOf = (text: string): string =>
    parseLine('postgres', `2030-01-02 03:04:05 UTC [7] ${text}`, 'stderr').level;
  expect(levelOf('ERROR:  duplicate key value violates unique constraint')).toBe('info');
  expect(levelOf('FATAL:  the database system is starting up')).toBe('info');
  expect(levelOf('FATAL:  could not create lock file')).toBe('error');
  expect(levelOf('PANIC:  could not write to file: No space left on device')).toBe('error');
});

it('reads the levels of nats-server', () => {
  const line = parseLine('nats', '[12] 2030/01/02 03:04:05.678901 [WRN] Slow consumer', 'stderr');
  expect(line).toMatchObject({ level: 'warn', text: '[WRN] Slow consumer' });
});

it('orders levels', () => {
  const line = parseLine('auth-1', '{"level":"warn","msg":"x"}', 'stdout');
  expect(isAtLeast(line, 'info')).toBe(true);
  expect(isAtLeast(line, 'warn')).toBe(true);
  expect(isAtLeast(line, 'error')).toBe(false);
});
