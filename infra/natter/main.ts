#!/usr/bin/env node
// `npm run natter -- <command>`: what an operator does to a Natter besides starting it.
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LaunchError } from '@natter/infra/launch-error';
import { backup, brokenFiles } from './backup.js';
import { doctor } from './doctor.js';
import { BACKUP_HELP, DOCTOR_HELP, ENV_HELP, HELP, RESTORE_HELP } from './help.js';
import { restore } from './restore.js';
import { sayer } from './say.js';
import { readSettings } from './settings.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FAILED = 1;
const MISUNDERSTOOD = 2;
const INCOMPLETE = 3;

const say = sayer((line) => process.stderr.write(line));
const print = (text: string): void => void process.stdout.write(text);

/** What was typed is not understood. */
class UsageError extends Error {}

interface Command {
  readonly help: string;
  readonly flags: readonly string[];
  readonly takesFile: boolean;
  /** @returns the exit code */
  run(file: string, flags: ReadonlySet<string>): Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  backup: {
    help: BACKUP_HELP,
    flags: [],
    takesFile: true,
    async run(file) {
      const broken = await backup(file, settings(), ROOT, say);
      if (broken.length === 0) return 0;
      say(brokenFiles(broken));
      return INCOMPLETE;
    },
  },
  restore: {
    help: RESTORE_HELP,
    flags: ['--keep-sessions'],
    takesFile: true,
    async run(file, flags) {
      await restore(file, settings(), ROOT, { keepSessions: flags.has('--keep-sessions') }, say);
      return 0;
    },
  },
  doctor: {
    help: DOCTOR_HELP,
    flags: [],
    takesFile: false,
    run: () => doctor(settings(), print),
  },
  env: {
    help: ENV_HELP,
    flags: [],
    takesFile: false,
    async run() {
      // Also a program of its own, for machines where nothing is built.
      const { writeEnv }: typeof import('../env.mjs') = await import(pathToFileURL(join(ROOT, 'infra/env.mjs')).href);
      print(`${writeEnv(ROOT, process.env)}\n`);
      return 0;
    },
  },
};

const settings = (): ReturnType<typeof readSettings> => readSettings(process.env, ROOT);

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    print(HELP);
    return name === undefined ? MISUNDERSTOOD : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(`There is no command ${name}.`);
  if (args.some((arg) => ['--help', '-h'].includes(arg))) {
    print(command.help);
    return 0;
  }
  const unknown = args.find((arg) => arg.startsWith('-') && !command.flags.includes(arg));
  if (unknown !== undefined) throw new UsageError(`natter ${name} has no option ${unknown}.`);
  const files = args.filter((arg) => !arg.startsWith('-'));
  if (files.length !== Number(command.takesFile)) {
    throw new UsageError(`natter ${name} takes ${command.takesFile ? 'one file' : 'no file'}.`);
  }
  // npm runs scripts in the folder of the project; a path is meant from where it was typed.
  const file = resolve(process.env['INIT_CWD'] ?? process.cwd(), files[0] ?? '');
  return command.run(file, new Set(args.filter((arg) => arg.startsWith('-'))));
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => process.exit(code)); // what was begun is undone at exit
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    say(`${error.message} \`npm run natter -- --help\` shows what there is.`);
    process.exitCode = MISUNDERSTOOD;
  } else {
    // What the system or PostgreSQL refuses (a full disk, a missing right) has a code; anything else is a bug and keeps its stack.
    const { message, stack, code } = error as Error & { code?: unknown };
    say(error instanceof LaunchError || typeof code === 'string' ? message : (stack ?? message));
    process.exitCode = FAILED;
  }
}
