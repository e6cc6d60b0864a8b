// Closed loop: every sender keeps a number of sends in flight. Counts acknowledgements, deliveries and latency.
import { randomUUID } from 'node:crypto';
import type { Client } from './population.js';

export interface Outcome {
  seconds: number;
  acked: number;
  delivered: number;
  errors: number;
  /** Milliseconds from send to ack, ascending. */
  latencies: number[];
}

/**
 * @param senders subset of `clients` that send
 * @param inflight sends each keeps waiting for their ack
 */
export async function saturate(
  clients: Client[],
  senders: Client[],
  inflight: number,
  durationMs: number,
): Promise<Outcome> {
  const outcome: Outcome = { seconds: 0, acked: 0, delivered: 0, errors: 0, latencies: [] };
  const body = 'x'.repeat(100);
  const sentAt = new Map<string, number>();
  let running = true;
  const send = ({ socket, room }: Client): void => {
    const id = randomUUID();
    sentAt.set(id, performance.now());
    socket.send(JSON.stringify({ type: 'send', id, room, body }));
  };
  for (const client of clients)
    client.onFrame = (frame) => {
      if (!running) return;
      if (frame.type === 'message') outcome.delivered++;
      else if (frame.type === 'ack') {
        outcome.acked++;
        outcome.latencies.push(performance.now() - (sentAt.get(frame.id) ?? 0));
        sentAt.delete(frame.id);
        send(client);
      } else if (frame.type === 'error') {
        outcome.errors++;
        setTimeout(() => send(client), frame.retry_after_ms ?? 100);
      }
    };
  const startedAt = performance.now();
  for (const sender of senders) for (let n = 0; n < inflight; n++) send(sender);
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  running = false;
  outcome.seconds = (performance.now() - startedAt) / 1_000;
  outcome.latencies.sort((a, b) => a - b);
  return outcome;
}
