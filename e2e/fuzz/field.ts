// What a batch is played on: the doors, the people, and where findings and counts go.
import type { System } from '../harness/stack.js';
import type { Breach } from './breach.js';
import type { World } from './world.js';

/** P7 says 5 s; one more is for the way there and back, on a machine that has other things to do. */
export const ANSWER_MS = 6_000;

export interface Ports {
  /** Where the fuzzer's sockets go first: also the door of half the bystanders. */
  same: number;
  front: number;
}

export const portsOf = (system: System): Ports => ({
  same: Number(new URL(system.socketUrl(0)).port),
  front: Number(new URL(system.url).port),
});

/** What was sent and what became of it, by name. */
export class Tally {
  readonly counts = new Map<string, number>();
  readonly worst = new Map<string, { ms: number; piece: string }>();

  add(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  /** How long something took: the longest is kept. */
  took(name: string, ms: number, piece: string): void {
    if (ms > (this.worst.get(name)?.ms ?? 0)) this.worst.set(name, { ms, piece });
  }

  /** Those that begin alike, without what they begin with, most first. */
  under(prefix: string): [name: string, count: number][] {
    const found = [...this.counts].filter(([name]) => name.startsWith(prefix));
    return found
      .map(([name, count]): [string, number] => [name.slice(prefix.length), count])
      .sort((a, b) => b[1] - a[1]);
  }
}

export interface Field {
  system: System;
  ports: Ports;
  world: World;
  tally: Tally;
  tell: (breach: Breach) => void;
}
