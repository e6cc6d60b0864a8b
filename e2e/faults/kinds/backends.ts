// The bus or the database dies under load, and comes back after a while; or the bus forgets what it had on disk.
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Seeded, seeded } from '../../harness/seeded.js';
import { calm, type Fault, HEAL_MS, type Strike } from '../fault.js';

export const killNats: Fault = {
  name: 'kill-nats',
  says: 'kill -9 of nats-server, 0.1 to 30 s down',
  healMs: HEAL_MS.service,
  plan: (lot, size) => {
    const longest = size.isQuick ? 3_000 : 30_000;
    return several(size.isQuick ? 1 : 2, () => down(lot, 'nats', lot.magnitude(100, longest)));
  },
};

export const killPostgres: Fault = {
  name: 'kill-postgres',
  says: 'kill -9 of all PostgreSQL processes under load',
  healMs: HEAL_MS.postgres,
  plan: (lot, size) => several(size.isQuick ? 1 : 2, () => down(lot, 'postgres', lot.between(0, 5_000))),
};

export const natsStore: Fault = {
  name: 'nats-store',
  says: 'the directory of JetStream deleted, truncated, bits flipped',
  healMs: HEAL_MS.service,
  plan: (lot, size) => {
    const harms: Harm[] = ['deleted', 'truncated', 'flipped'];
    return (size.isQuick ? [lot.pick(harms)] : harms).map((harm) => spoil(lot, harm));
  },
};

const several = (count: number, make: () => Strike): Strike[] => Array.from({ length: count }, make);

function down(lot: Seeded, part: string, downMs: number): Strike {
  return {
    after: calm(lot),
    says: `kill -9 ${part}, ${downMs} ms down`,
    act: async (field) => {
      await field.kill(part);
      await sleep(downMs);
    },
  };
}

type Harm = 'deleted' | 'truncated' | 'flipped';

function spoil(lot: Seeded, harm: Harm): Strike {
  const seed = lot.between(1, 2 ** 31);
  return {
    after: calm(lot),
    says: `the files of JetStream ${harm} (${seed})`,
    act: async (field) => {
      await field.kill('nats');
      const store = join(field.system.dataDir, 'nats', 'jetstream');
      if (harm === 'deleted') rmSync(store, { recursive: true, force: true });
      else for (const file of filesIn(store)) harmFile(file, harm, seeded(seed));
    },
  };
}

function harmFile(file: string, harm: Harm, lot: Seeded): void {
  const { size } = statSync(file);
  if (size === 0) return;
  if (harm === 'truncated') return truncateSync(file, lot.between(0, size - 1));
  const bytes = readFileSync(file);
  for (let flips = 0; flips < 8; flips += 1) {
    const at = lot.between(0, size - 1);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << lot.between(0, 7)), at);
  }
  writeFileSync(file, bytes);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
