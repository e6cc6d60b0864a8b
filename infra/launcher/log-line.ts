// What the parts say, brought to one form. Services write JSON lines, PostgreSQL and nats-server their own
// kind; a person at the terminal reads `HH:MM:SS part      message field=value`.

export type Level = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly at: Date;
  readonly part: string;
  readonly level: Level;
  readonly text: string;
}

const PART_WIDTH = 15;
const HIDDEN_FIELDS = new Set([
  'level',
  'time',
  'timestamp',
  'msg',
  'message',
  'pid',
  'hostname',
  'name',
  'instanceId',
]);
const RANK: Record<Level, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Whether a line is of this level or a graver one. */
export function isAtLeast(line: LogLine, level: Level): boolean {
  return RANK[line.level] >= RANK[level];
}

/** The line as the terminal shows it. */
export function formatLine({ at, part, level, text }: LogLine): string {
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
  return `${clock} ${part.padEnd(PART_WIDTH)} ${level === 'error' ? 'ERROR ' : ''}${text}`;
}

/**
 * Reads one line a part wrote.
 *
 * @param stream on which it came: what is not JSON counts as info on stdout, as an error on stderr (a stack trace)
 */
export function parseLine(part: string, raw: string, stream: 'stdout' | 'stderr', at = new Date()): LogLine {
  if (part === 'postgres') return { at, part, level: postgresLevel(raw), text: raw };
  if (part === 'nats') return { at, part, level: natsLevel(raw), text: raw.replace(/^\[\d+\] \S+ \S+ /, '') };
  const fields = jsonObject(raw);
  if (!fields) return { at, part, level: stream === 'stderr' ? 'error' : 'info', text: raw };
  const message = fields['msg'] ?? fields['message'] ?? '';
  const rest = Object.entries(fields).filter(([name]) => !HIDDEN_FIELDS.has(name));
  const text = [String(message), ...rest.map(([name, value]) => `${name}=${fieldText(value)}`)].join(' ').trim();
  return { at, part, level: levelOf(fields['level']), text };
}

function jsonObject(raw: string): Record<string, unknown> | null {
  if (!raw.startsWith('{')) return null;
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
}

/** pino writes 10 trace … 60 fatal, or their names. */
function levelOf(level: unknown): Level {
  if (typeof level === 'number') {
    if (level >= 50) return 'error';
    if (level >= 40) return 'warn';
    return level >= 30 ? 'info' : 'debug';
  }
  if (level === 'fatal' || level === 'error') return 'error';
  if (level === 'warn' || level === 'warning') return 'warn';
  return level === 'debug' || level === 'trace' ? 'debug' : 'info';
}

function fieldText(value: unknown): string {
  return typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
}

/** A failed statement is told to the service that sent it, which knows whether it matters: not loud here. */
function postgresLevel(raw: string): Level {
  if (/PANIC:|FATAL:(?! {2}(the database system|terminating|connection to client lost))/.test(raw)) return 'error';
  return 'info';
}

function natsLevel(raw: string): Level {
  if (/\[(ERR|FTL)\]/.test(raw)) return 'error';
  if (/\[WRN\]/.test(raw)) return 'warn';
  return /\[(DBG|TRC)\]/.test(raw) ? 'debug' : 'info';
}
