// What `npm test` runs: everything that says whether this checkout is good, from nothing to the last end-to-end
// test. Stops at the first step that fails; the last line counts the tests.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STEP_TIMEOUT_MS = 30 * 60_000;
const PROGRAMS = [
  { name: 'nats-server', neededBy: ['int', 'e2e'] },
  { name: 'chromium', neededBy: ['e2e'] },
];
const HELP = `npm test                         build, lint, format and all tests
npm test -- --only unit,int      some steps: build, lint, format, docs, unit, int, e2e`;

const reports = mkdtempSync(join(tmpdir(), 'natter-test-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));

const STEPS = [
  { name: 'build', commands: [npm('run', '--silent', 'build')] },
  { name: 'lint', commands: [node('oxlint/bin/oxlint', '--deny-warnings')] },
  { name: 'format', commands: [node('@biomejs/biome/bin/biome', 'format', '.')] },
  { name: 'docs', commands: [[process.execPath, join(ROOT, 'infra/docs.mjs'), '--check']] },
  { name: 'unit', commands: [vitest('unit')] },
  { name: 'int', commands: [vitest('int')] },
  { name: 'e2e', commands: [vitest('e2e')] },
];

const chosen = choose(process.argv.slice(2));
installMissing(chosen);
const failed = chosen.find((step) => !passes(step));
printTotals();
process.exitCode = failed ? 1 : 0;

function choose(args) {
  if (args.length === 0) return STEPS;
  const [flag, names = '', ...rest] = args[0].startsWith('--only=')
    ? ['--only', args[0].slice(7), ...args.slice(1)]
    : args;
  const wanted = names.split(',').filter(Boolean);
  const unknown = wanted.find((name) => !STEPS.some((step) => step.name === name));
  if (flag !== '--only' || rest.length > 0 || wanted.length === 0 || unknown) {
    console.error(unknown ? `There is no step ${unknown}.\n${HELP}` : HELP);
    process.exit(flag === '--help' ? 0 : 1);
  }
  return STEPS.filter((step) => wanted.includes(step.name));
}

/** Programs that npm cannot bring: from the archive of Debian or Ubuntu when we may, else asked for. */
function installMissing(steps) {
  const needed = PROGRAMS.filter(({ neededBy }) => steps.some(({ name }) => neededBy.includes(name)));
  const missing = needed.map(({ name }) => name).filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(
      `The tests need ${missing.join(' and ')}: type \`sudo ${command}\`, or what does the same on this system.`,
    );
    process.exit(1);
  }
  console.log(`installing what the tests need: ${command}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const line of ['apt-get -qq update', command]) {
    const [program, ...args] = line.split(' ');
    const { status } = spawnSync(program, args, {
      env,
      timeout: STEP_TIMEOUT_MS,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status === 0) continue;
    console.error(`\`${line}\` failed.`);
    process.exit(1);
  }
}

function isInstalled(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => existsSync(join(folder, name)));
}

function passes({ name, commands }) {
  const startedMs = Date.now();
  console.log(`\n── ${name}`);
  const passed = commands.every(([program, ...args]) => {
    const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit', timeout: STEP_TIMEOUT_MS });
    if (error) console.error(error.message);
    return status === 0;
  });
  console.log(`── ${name} ${passed ? 'passed' : 'FAILED'} in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  return passed;
}

function printTotals() {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { name } of chosen) {
    const report = readReport(name);
    if (!report) continue;
    totals.passed += report.numPassedTests;
    // A file that does not even load has no tests, and must not vanish from the count.
    totals.failed +=
      report.numFailedTests +
      report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
    totals.skipped += report.numPendingTests + report.numTodoTests;
  }
  console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
}

function readReport(name) {
  try {
    return JSON.parse(readFileSync(join(reports, `${name}.json`), 'utf8'));
  } catch {
    return null;
  }
}

function vitest(project) {
  const report = join(reports, `${project}.json`);
  return node(
    'vitest/vitest.mjs',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  );
}

function node(script, ...args) {
  return [process.execPath, join(ROOT, 'node_modules', script), ...args];
}

function npm(...args) {
  const script = process.env.npm_execpath; // set when npm runs us; npm itself is a script on every system
  return script ? [process.execPath, script, ...args] : ['npm', ...args];
}
