// After a failure: the logs of all containers in a folder, and the end of those that matter on the terminal.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Container, isWell } from './container.js';
import { tryDocker } from './docker.js';
import type { Stage } from './step.js';

const TAIL = 20;
const LOGS_MS = 30_000;
/** Our own log lines, nginx's, nats-server's, PostgreSQL's. */
const COMPLAINT =
  /"level":"(warn|error|fatal)"|\[(warn|error|crit|alert|emerg)\]|\[(WRN|ERR|FTL)\]|(WARNING|ERROR|FATAL|PANIC):/;

export async function tellWhy({ installation, logs, say }: Stage): Promise<void> {
  const containers = await installation.containers();
  const texts = new Map<Container, string[]>();
  for (const container of containers) {
    const { out, err } = await tryDocker(['logs', '--timestamps', container.id], { timeoutMs: LOGS_MS });
    const lines = `${out}${err}`.split('\n').filter(Boolean).sort(); // two streams, by their times
    writeFileSync(join(logs, `${container.name}.log`), `${lines.join('\n')}\n`);
    texts.set(container, lines);
  }
  const ill = containers.filter((container) => !isWell(container));
  for (const container of ill) {
    say(`${container.name} is ${container.state} ${container.health ?? ''}; it said last:`);
    for (const line of (texts.get(container) ?? []).slice(-TAIL)) say(`  ${line}`);
  }
  if (ill.length > 0) return;
  say('all containers are well; they complained last:');
  const complaints = [...texts].flatMap(([{ name }, lines]) =>
    lines.filter((line) => COMPLAINT.test(line)).map((line) => `${line.slice(0, 30)} ${name} ${line.slice(30)}`),
  );
  for (const line of complaints.sort().slice(-TAIL)) say(`  ${line}`);
}
