// What has to be true once everything was said and nobody but the bystanders is left: logs without holes, no sockets and no connections of
// those who have gone.
import { until } from '../harness/wait.js';
import type { Breach } from './breach.js';
import type { Field } from './field.js';

/** P15: within 60 s also for those who went without a word. */
const GONE_MS = 60_000;
/** The bystanders' sockets: two at each ws-gateway, none behind the front. */
const BYSTANDERS = 4;

export async function aftermath(field: Field): Promise<Breach[]> {
  return [...(await brokenLogs(field)), ...(await lostSockets(field)), ...(await ghosts(field))].map((says) => ({
    kind: 'aftermath',
    says,
    piece: 'the end',
  }));
}

/** P3: 1…n in every room, whatever was sent to it. */
async function brokenLogs({ system }: Field): Promise<string[]> {
  const rows = await system.query<{ room: string; count: number; last: number }>(
    'natter_rooms',
    'SELECT room, count(*)::int AS count, max(seq)::int AS last FROM log GROUP BY room HAVING count(*) <> max(seq) OR min(seq) <> 1',
  );
  return rows.map(({ room, count, last }) => `the log of ${room} has ${count} events up to ${last}`);
}

async function lostSockets({ system }: Field): Promise<string[]> {
  const names = ['ws-1', 'ws-2', 'gateway-1'] as const;
  const open = async (): Promise<number> => {
    const texts = await Promise.all(
      names.map(async (part) => (await fetch(`${await system.healthUrl(part)}/metrics`)).text()),
    );
    const numbers = texts.map((text) => Number(/^natter_(?:ws_sockets|sockets_passing)\S* (\d+)/m.exec(text)?.[1]));
    return numbers.reduce((sum, one) => sum + one, 0);
  };
  const gone = await until('their sockets are gone', async () => (await open()) === BYSTANDERS, GONE_MS, 500).catch(
    () => false,
  );
  return gone ? [] : [`${await open()} sockets are counted, though only ${BYSTANDERS} are open`];
}

async function ghosts({ system, world }: Field): Promise<string[]> {
  const left = async (): Promise<string[]> => {
    const answers = await Promise.all(
      world.faces.map(({ token, address }) =>
        system.api
          .as(token)
          .with({ 'x-forwarded-for': address })
          .get<{ items?: { connections: { id: string }[] }[] }>('/api/auth/sessions?limit=100'),
      ),
    );
    return answers.flatMap(({ body }) =>
      (body.items ?? []).flatMap(({ connections }) => connections.map(({ id }) => id)),
    );
  };
  const gone = await until('they are gone', async () => (await left()).length === 0, GONE_MS, 1_000).catch(() => false);
  return gone ? [] : (await left()).slice(0, 5).map((id) => `the connection ${id} is listed, though it is gone`);
}
