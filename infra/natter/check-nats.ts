// The doctor at NATS. What a server says in its first line, before anybody signs in, is all that is needed.
import { connect } from 'node:net';
import { type Finding, ok, wrong } from './finding.js';

const TIMEOUT_MS = 3_000;
const OLDEST = [2, 9] as const;
const PORT = 4222;
const REMEDY = 'See that nats-server runs, that NATS_URL is right and nothing between them is closed.';

export async function checkNats(urls: string): Promise<Finding[]> {
  return Promise.all(urls.split(',').map((url) => checkServer(url.trim())));
}

async function checkServer(url: string): Promise<Finding> {
  const address = url.includes('://') ? url : `nats://${url}`;
  if (!URL.canParse(address)) return wrong('nats: NATS_URL cannot be read', 'It is such as nats://127.0.0.1:4222.');
  const { hostname, port } = new URL(address);
  const greeting = await firstLine(hostname, Number(port || PORT));
  return judgeGreeting(`${hostname}:${port || PORT}`, greeting);
}

/** @param greeting such as `INFO {"version":"2.10.27","jetstream":true,…}`; null when nothing came */
export function judgeGreeting(address: string, greeting: string | null): Finding {
  if (greeting === null) return wrong(`nats: ${address} does not answer`, REMEDY);
  const [, json] = /^INFO (\{.*\})\s*$/.exec(greeting) ?? [];
  if (json === undefined) return wrong(`nats: what answers at ${address} is no nats-server`, REMEDY);
  const { version = '0', jetstream = false } = JSON.parse(json) as { version?: string; jetstream?: boolean };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return wrong(`nats: ${version} at ${address} is too old`, `Natter needs nats-server ${OLDEST.join('.')} or later.`);
  }
  if (!jetstream)
    return wrong(`nats: ${address} runs without JetStream`, 'Start it with infra/nats/nats.conf, or with -js.');
  return ok(`nats: ${version} at ${address}, with JetStream`);
}

function firstLine(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    let heard = '';
    const answer = (line: string | null): void => {
      socket.destroy();
      resolve(line);
    };
    socket.on('data', (data) => {
      heard += data.toString();
      if (heard.includes('\n') || heard.length > 65_536) answer(heard.split('\n')[0] ?? '');
    });
    for (const event of ['timeout', 'error', 'close']) socket.once(event, () => answer(null));
  });
}
