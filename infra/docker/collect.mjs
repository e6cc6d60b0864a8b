// `node infra/docker/collect.mjs <folder>`: what each service needs to run, and nothing else: its bundle, its programs, and
// the packages with machine code that it names, with all that those need; and the same for the operator's commands.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleOf, NATIVE, OPERATOR, SERVICES } from '../programs.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('collect.mjs <folder>');
for (const service of SERVICES) collect(join(ROOT, service), join(target, service));
// The commands find the programs of services, and the version, as in a checkout.
cpSync(join(ROOT, 'package.json'), join(target, 'natter', 'package.json'));
for (const program of OPERATOR) copyScripts(join(ROOT, bundleOf(program)), dirname(join(target, 'natter', program)));
// Where no nginx stands before it, the gateway serves the web client.
cpSync(join(ROOT, 'web', 'dist', 'app'), join(target, 'gateway', 'web', 'dist', 'app'), { recursive: true });

function collect(from, to) {
  const bundle = join('dist', 'bundle');
  copyScripts(join(from, bundle), join(to, bundle));
  cpSync(join(from, 'package.json'), join(to, 'package.json')); // says that its files are modules
  if (existsSync(join(from, 'bin'))) cpSync(join(from, 'bin'), join(to, 'bin'), { recursive: true });
  for (const name of NATIVE) if (manifestOf(from).dependencies?.[name]) copyPackage(name, from, to);
}

function copyScripts(from, to) {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from).filter((name) => name.endsWith('.js'))) cpSync(join(from, file), join(to, file));
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
