// The appending half of one room-service replica, with a bus that only remembers what was sent.
import type { Delivery } from '@natter/service-kit/delivery';
import { decodeDelivery } from '@natter/service-kit/delivery';
import { Registry } from '@natter/service-kit/metrics';
import type { Bus } from '@natter/service-kit/nats';
import type { DataSource } from 'typeorm';
import { AppendConnection, type AppendTimings } from '../log/append-connection.js';
import { AppendMetrics } from '../log/append-metrics.js';
import { Appender, type AppendLimits } from '../log/append.js';
import { Beat } from '../log/beat.js';
import { Doubts } from '../log/doubts.js';
import { Router } from '../log/router.js';
import { silent } from './rooms-database.js';

export interface Sent extends Delivery {
  subject: string;
}

/** As much of a bus as routing needs. */
export function recordingBus(maxPayload = 1_048_576) {
  const sent: Sent[] = [];
  const bus = {
    isUp: true,
    nc: {
      info: { max_payload: maxPayload },
      publish: (subject: string, block: Uint8Array) =>
        void sent.push({ subject, ...decodeDelivery(Buffer.from(block)) }),
    },
    publishJson: () => undefined,
  };
  return { sent, bus: bus as unknown as Bus };
}

export interface Replica {
  appender: Appender;
  connection: AppendConnection;
  beat: Beat;
  sent: Sent[];
  stop: () => Promise<void>;
}

const untilOpen = async (connection: AppendConnection): Promise<void> => {
  while (!connection.isOpen) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** @param interest room → instances; nobody, unless given */
export async function startReplica(
  url: string,
  dataSource: DataSource,
  more: { limits?: AppendLimits; timings?: AppendTimings; interest?: (room: string) => string[] } = {},
): Promise<Replica> {
  const { sent, bus } = recordingBus();
  const metrics = new AppendMetrics(new Registry());
  const beat = new Beat('room-test', bus, 3_600_000);
  const doubts = new Doubts(dataSource, beat);
  const router = new Router(bus, { instancesOf: more.interest ?? (() => []) }, beat, metrics, silent);
  const connection = new AppendConnection(url, silent, () => appender.soon(), more.timings);
  const appender = new Appender(connection, router, beat, doubts, metrics, silent, more.limits);
  connection.open();
  await untilOpen(connection);
  return {
    appender,
    connection,
    beat,
    sent,
    stop: async () => {
      await appender.stop();
      doubts.stop();
      beat.stop();
      connection.close();
    },
  };
}
