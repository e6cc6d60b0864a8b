// `npm start`: options in, a stack up, what matters on the terminal, a clean end.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillWithDemo } from './demo.js';
import { LaunchError } from './launch-error.js';
import { formatLine, isAtLeast, type LogLine } from './log-line.js';
import { HELP, type Options, readOptions } from './options.js';
import { type Stack, startStack } from './stack.js';
import { statusTable } from './status-table.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIRST_LOOK_MS = 60_000;

/** Runs until it is told to stop; sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on('error', () => undefined); // the terminal may be closed before we are
  try {
    const options = readOptions(args, process.env, ROOT);
    if (options.help) print(HELP);
    else await launch(options);
  } catch (error) {
    process.stderr.write(`${error instanceof LaunchError ? error.message : (error as Error).stack}\n`);
    process.exitCode = 1;
  }
}

async function launch(options: Options): Promise<void> {
  const startedMs = Date.now();
  const { settings, unknownSettings, dataDir, verbose } = options;
  const isFresh = !existsSync(join(dataDir, 'secrets.json')) && !options.databaseUrl;
  const show = (line: LogLine): void => {
    const shown = verbose || isAtLeast(line, line.part === 'launcher' ? 'info' : 'warn');
    if (shown) print(`${formatLine(line)}\n`);
  };
  const note = (text: string): void => show({ at: new Date(), part: 'launcher', level: 'info', text });
  for (const name of unknownSettings) note(`${name} is set, but Natter has no such setting`);

  let stack: Stack | null = null;
  let wanted = true;
  onStopSignals(
    () => {
      wanted = false;
      if (!stack) return; // still coming up: stopped as soon as there is something to stop
      note('stopping; once more stops at once');
      void stack.stop().then(() => process.exit(0));
    },
    () => process.exit(1), // the stack kills what is left when the process exits
  );

  note(`starting, data in ${dataDir}`);
  stack = await startStack({ ...options, env: settings, logSink: show });
  if (!wanted) {
    await stack.stop();
    process.exit(0);
  }
  await stack.waitReady(FIRST_LOOK_MS).catch((error: Error) => {
    if (wanted) print(`${error.message}\nStill trying; everything is in ${join(dataDir, 'logs')}.\n`);
  });
  if (!wanted) return;
  print(`${statusTable(publicUrl(options), stack.parts)}\n`);
  note(`up in ${((Date.now() - startedMs) / 1000).toFixed(1)} s; Ctrl-C stops everything`);
  if (isFresh && !settings['NATTER_ADMIN_USERNAME'] && !options.demo) {
    note('The first account that registers becomes the administrator.');
  }
  if (options.demo) print(await fillWithDemo(stack.url, join(dataDir, 'demo-users.json')));
}

/** The first signal asks for an orderly end, a second one for an end. */
function onStopSignals(first: () => void, again: () => void): void {
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked) return again();
      asked = true;
      first();
    });
  }
}

function publicUrl({ host, port }: Options): string {
  const isHere = ['127.0.0.1', '0.0.0.0', '::', 'localhost'].includes(host);
  return `http://${isHere ? 'localhost' : host}:${port}`;
}

function print(text: string): void {
  process.stdout.write(text);
}
