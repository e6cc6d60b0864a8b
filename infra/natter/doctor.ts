// `natter doctor`: looks at all that Natter stands on and says what is wrong with it. Changes nothing.
import { join } from 'node:path';
import { launcherOf } from '@natter/infra/data-folder';
import { readPorts } from '@natter/infra/ports';
import { checkDatabases } from './check-database.js';
import { checkMachine } from './check-machine.js';
import { checkNats } from './check-nats.js';
import { type Finding, formatFinding, ok, unknown, wrong } from './finding.js';
import { reachableUrls } from './place.js';
import type { Settings } from './settings.js';

const TIMEOUT_MS = 5_000;

/** @returns the exit code: 1 when something is wrong */
export async function doctor(settings: Settings, print: (text: string) => void): Promise<number> {
  const findings: Finding[] = [];
  const found = (more: readonly Finding[]): void => {
    for (const finding of more) print(formatFinding(finding));
    findings.push(...more);
  };
  found(await checkMachine(settings));
  const urls = reachableUrls(settings);
  found(
    urls === undefined ? [unknown('postgres: not running; start Natter and ask again')] : await checkDatabases(urls),
  );
  const nats = natsUrl(settings);
  found(nats === undefined ? [unknown('nats: not running; start Natter and ask again')] : await checkNats(nats));
  if (launcherOf(settings.dataDir) !== null) found([await readiness(settings)]);

  const faults = findings.filter(({ state }) => state === 'wrong').length;
  print(faults === 0 ? '\nNothing is wrong.\n' : `\n${faults} to mend.\n`);
  return faults === 0 ? 0 : 1;
}

function natsUrl({ natsUrl, dataDir }: Settings): string | undefined {
  if (natsUrl !== undefined) return natsUrl;
  const port = launcherOf(dataDir) === null ? undefined : readPorts(join(dataDir, 'ports.json'))['nats'];
  return port === undefined ? undefined : `nats://127.0.0.1:${port}`;
}

/** What the running system says of itself. */
async function readiness({ host, port }: Settings): Promise<Finding> {
  const url = `http://${['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host}:${port}/readyz`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (answer.status === 200) return ok(`system: ready at ${url}`);
    const { checks } = (await answer.json()) as { checks?: Record<string, string> };
    const away = Object.entries(checks ?? {}).filter(([, state]) => state !== 'ok');
    const names = away.map(([name, state]) => `${name}: ${state}`).join(', ');
    return wrong(`system: not ready (${names})`, `See the logs in the data folder, or \`npm start -- --verbose\`.`);
  } catch (error) {
    return wrong(
      `system: ${url} does not answer (${(error as Error).message})`,
      'Set PORT and HOST as you do to start it.',
    );
  }
}
