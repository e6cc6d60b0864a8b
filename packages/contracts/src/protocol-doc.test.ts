// docs/protocol.md is what strangers build against: it lists exactly what the code knows.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { closeCodes } from './close-codes.js';
import { errorCatalogue, socketCodes } from './errors.js';
import { clientFrames, serverFrames } from './frames.js';
import { socketLimits } from './limits.js';

const doc = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

/** The text below a heading, up to the next of the same or a higher level. */
const section = (title: string): string => {
  const [, level = '', rest = ''] = new RegExp(`^(#+) ${title}$([\\s\\S]*)`, 'm').exec(doc) ?? [];
  expect(level, `docs/protocol.md has a section «${title}»`).not.toBe('');
  return rest.split(new RegExp(`^#{1,${level.length}} `, 'm'))[0] ?? '';
};
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| `?([^`|]+?)`? \|/gm)].map((match) => match[1] ?? '');

describe('docs/protocol.md', () => {
  it('lists every close code and no other', () => {
    const listed = firstCells(section('Close codes'))
      .filter((cell) => /^\d+$/.test(cell))
      .map(Number);
    expect(listed).toEqual(Object.values(closeCodes).map((entry) => entry.code));
  });

  it('lists every error code at its HTTP status and no other', () => {
    const rows = [...section('Error codes').matchAll(/^\| (\d+) \| (.+) \|$/gm)];
    const listed = rows.flatMap(([, status, codes = '']) =>
      [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => [code, Number(status)]),
    );
    const onSocketsOnly = new Set(['unknown_type', 'hello_first', 'internal']);
    const known = Object.entries(errorCatalogue)
      .filter(([code]) => !onSocketsOnly.has(code))
      .map(([code, entry]) => [code, entry.httpStatus]);
    expect(listed.sort()).toEqual(known.sort());
  });

  it('lists every frame a client may send and no other', () => {
    const listed = [...section('What a client sends').matchAll(/^\| `\{"type":"(\w+)"/gm)].map((match) => match[1]);
    expect(listed).toEqual(Object.keys(clientFrames));
  });

  it('lists every event a server tells and no other', () => {
    const answers = ['ready', 'synced', 'ack', 'error', 'pong'];
    const listed = firstCells(section('What a server tells')).filter((cell) => /^[a-z_]+$/.test(cell));
    expect(listed).toEqual(Object.keys(serverFrames).filter((type) => !answers.includes(type)));
    for (const answer of answers) expect(doc).toContain(`"type":"${answer}"`);
  });

  it('lists every code that an error frame may carry and no other', () => {
    const [, listed = ''] = /On the socket: ([\s\S]*?)\n\n/.exec(section('Error codes')) ?? [];
    const codes = [...listed.matchAll(/`(\w+)`/g)].map(([, code]) => code);
    expect(codes.filter((code) => code !== 'refused' && code !== 'unknown')).toEqual([...socketCodes]);
  });

  it('lists every limit with its value', () => {
    const listed = [...section('Limits').matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, name, value]) => [
      name,
      Number(value),
    ]);
    expect(Object.fromEntries(listed)).toEqual(socketLimits);
  });

  it('lists every promise', () => {
    expect(firstCells(section('Promises')).filter((cell) => /^P\d+$/.test(cell))).toHaveLength(20);
  });
});
