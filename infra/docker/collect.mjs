// `node infra/docker/collect.mjs <folder>`: what each service needs to run, and nothing else: its bundle, its programs, and
// the packages with machine code that it names, with all that those need.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NATIVE } from '../natives.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SERVICES = ['auth-service', 'room-service', 'session-service', 'notification-service', 'ws-gateway', 'gateway'];
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('collect.mjs <folder>');
for (const service of SERVICES) collect(join(ROOT, service), join(target, service));
// Where no nginx stands before it, the gateway serves the web client.
cpSync(join(ROOT, 'web', 'dist', 'app'), join(target, 'gateway', 'web', 'dist', 'app'), { recursive: true });

function collect(from, to) {
  mkdirSync(join(to, 'dist', 'bundle'), { recursive: true });
  cpSync(join(from, 'package.json'), join(to, 'package.json')); // says that its files are modules
  if (existsSync(join(from, 'bin'))) cpSync(join(from, 'bin'), join(to, 'bin'), { recursive: true });
  const bundle = join(from, 'dist', 'bundle');
  for (const file of readdirSync(bundle).filter((name) => name.endsWith('.js')))
    cpSync(join(bundle, file), join(to, 'dist', 'bundle', file));
  for (const name of NATIVE) if (manifestOf(from).dependencies?.[name]) copyPackage(name, from, to);
}

/** Copies a package as one that lies in `folder` finds it. Those made for other machines are not there, and not missed. */
function copyPackage(name, folder, to) {
  const found = find(name, folder);
  if (found === undefined) return;
  const copy = join(to, 'node_modules', name);
  if (existsSync(copy)) return;
  cpSync(found, copy, { recursive: true });
  const { dependencies, optionalDependencies } = manifestOf(found);
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) copyPackage(needed, found, to);
}

function find(name, folder) {
  const here = join(folder, 'node_modules', name);
  if (existsSync(here)) return here;
  return folder === dirname(folder) ? undefined : find(name, dirname(folder));
}
