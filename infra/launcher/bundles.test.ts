import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBundled, mainOf } from './bundles.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'natter-bundles-'));
  write('node_modules/.package-lock.json', 1);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, atS: number, text = ''): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  utimesSync(join(root, file), atS, atS);
}

function build(): void {
  write('x/dist/main.js', 10);
  write('kit/dist/part.js', 10);
  write('x/dist/bundle/main.js', 20);
  write('x/dist/bundle/inputs.json', 20, '["x/dist/main.js","kit/dist/part.js"]');
}

describe('a service is started from', () => {
  const nameOf = () => mainOf(root, 'x')?.slice(root.length + 1);

  it('nothing that is not built', () => {
    expect(nameOf()).toBeUndefined();
  });

  it('its modules while there is no bundle', () => {
    write('x/dist/main.js', 10);
    expect([nameOf(), isBundled(root, 'x')]).toEqual(['x/dist/main.js', false]);
  });

  it('its bundle while nothing it is made of is newer', () => {
    build();
    expect([nameOf(), isBundled(root, 'x')]).toEqual(['x/dist/bundle/main.js', true]);
  });

  it.each([
    ['a module was compiled', () => write('kit/dist/part.js', 30)],
    ['a package was installed', () => write('node_modules/.package-lock.json', 30)],
    ['a module has gone', () => rmSync(join(root, 'kit/dist/part.js'))],
  ])('its modules again when %s since', (_, change) => {
    build();
    change();
    expect(nameOf()).toBe('x/dist/main.js');
  });
});
