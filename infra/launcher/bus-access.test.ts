// What a key opens is what its service's code takes from contracts: a right that nobody needs is a door that nobody watches.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { busRoles, type BusUser, busUsers } from '@natter/contracts/bus-access';
import { subjects } from '@natter/contracts/subjects';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const contracts = join(root, 'packages/contracts/src');
const kit = join(root, 'packages/service-kit/src');

/** The calls there are, by the name contracts gives them. */
const calls = new Map<string, string>();
for (const file of readdirSync(contracts).filter((name) => /^[a-z-]+\.ts$/.test(name)))
  for (const [name, value] of Object.entries((await import(join(contracts, file))) as Record<string, unknown>))
    if (typeof value === 'object' && value !== null && 'request' in value && 'subject' in value)
      calls.set(name, String(value.subject));
calls.set('getQueuedBytes', 'natter.instance.*.queued');

const sourcesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'testing' ? [] : sourcesIn(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : [];
  });

/** All the code a service runs, with what it takes from the kit. */
function codeOf(service: BusUser): string {
  const files = new Set(sourcesIn(join(root, service, 'src')));
  let code = '';
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const own = file.startsWith(kit) ? text.matchAll(/from '\.\/([\w-]+)\.js'/g) : [];
    for (const [, name] of [...text.matchAll(/from '@natter\/service-kit\/([\w-]+)'/g), ...own])
      files.add(join(kit, `${name}.ts`));
    code += text;
  }
  return code;
}

const namesIn = (code: string, pattern: RegExp) => [...code.matchAll(pattern)].map(([, name = '']) => name);

it.each(busUsers)('the key of %s opens the calls its code names, and no others', (service) => {
  const { answers, answersAlone, calls: made } = busRoles[service];
  const imports = namesIn(codeOf(service), /import \{([^}]*)\} from '@natter\/contracts\/[\w-]+'/g);
  const named = new Set(imports.flatMap((list) => list.split(',').map((name) => calls.get(name.trim()) ?? [])).flat());
  const open = [...answers, ...answersAlone, ...made].map(({ subject }) => subject);
  expect(open.filter((subject) => subject !== subjects.page).toSorted()).toEqual([...named].toSorted());
});

it.each(busUsers)('the key of %s opens the subjects its code names, and no others', (service) => {
  const { takes, publishes, hears, answers, calls: made } = busRoles[service];
  const spelled = ([, subject]: [string, unknown]) =>
    typeof subject === 'function' ? String(subject('ANY', 0)).replace('ANY', '*') : String(subject);
  const patterns = new Map(Object.entries(subjects).map((entry) => [entry[0], spelled(entry)]));
  const names = new Set(namesIn(codeOf(service), /\bsubjects\.(\w+)/g).filter((name) => patterns.has(name)));
  names.delete('instanceAppendReply'); // heard with all of its kind, said by nats-server
  const pages = [...answers, ...made].filter(({ subject }) => subject === subjects.page).map(({ subject }) => subject);
  const open = new Set([...takes, ...publishes, ...hears, ...pages]);
  expect([...open].toSorted()).toEqual([...names].map((name) => patterns.get(name)).toSorted());
});
