// The docker command, as an operator types it.
import { spawn } from 'node:child_process';

export interface Ended {
  code: number;
  out: string;
  err: string;
}

export interface DockerOptions {
  timeoutMs?: number;
  /** Ends it before its time. */
  signal?: AbortSignal;
  /** Hears what it says on the way, as it comes. */
  onText?: (text: string) => void;
}

const TIMEOUT_MS = 120_000;
/** Of what a command said last, for an error. */
const LAST_CHARS = 2_000;
/** Settings of Natter that stand in the environment of whoever runs this are not meant for what is tested. */
const PASSED_ON = /^(PATH|HOME|TMPDIR|XDG_RUNTIME_DIR|DOCKER_\w+|BUILDKIT_\w+)$/;

/**
 * Runs it to its end, however that is. Code 127: there is no docker.
 *
 * @param args after `docker`
 */
export async function tryDocker(args: readonly string[], options: DockerOptions = {}): Promise<Ended> {
  const { timeoutMs = TIMEOUT_MS, signal, onText } = options;
  signal?.throwIfAborted();
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)));
  return await new Promise((resolve) => {
    // In a group of its own: Ctrl-C reaches us, and we decide.
    const child = spawn('docker', args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const ended: Ended = { code: -1, out: '', err: '' };
    const stop = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    };
    const timer = setTimeout(() => {
      ended.err += `\ncut off after ${timeoutMs} ms`;
      stop();
    }, timeoutMs);
    signal?.addEventListener('abort', stop);
    const over = (code: number): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve({ ...ended, code });
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      ended.out += text;
      onText?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      ended.err += text;
      onText?.(text);
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      ended.err += error.message;
      over(error.code === 'ENOENT' ? 127 : 1);
    });
    child.once('close', (code) => over(code ?? 1));
  });
}

/** @returns what it printed. @throws Error with its last words when it ends with another code than 0 */
export async function docker(args: readonly string[], options: DockerOptions = {}): Promise<string> {
  const { code, out, err } = await tryDocker(args, options);
  options.signal?.throwIfAborted();
  if (code === 0) return out;
  const said = (err.trim() || out.trim()).slice(-LAST_CHARS);
  throw new Error(`docker ${args.join(' ')} ended with ${code}: ${said}`);
}
