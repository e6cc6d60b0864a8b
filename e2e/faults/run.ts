// One run: a new crowd in new rooms, the strikes of a plan one after another with the load going on, and the checks.
import { setTimeout as sleep } from 'node:timers/promises';
import { watchStolenTime } from '@natter/infra/stolen-time';
import { seeded } from '../harness/seeded.js';
import { check, Cursors } from './after-checks.js';
import { calm, type Fault, type Size, STEADY_SENDS_PER_S, type Strike } from './fault.js';
import type { Field } from './field.js';
import type { Flaw } from './flaw.js';
import { Load } from './load.js';

/** Beyond this, waiting for somebody to catch up is over. */
const GIVE_UP_MS = 90_000;
const LOOK_MS = 20;
/** By rule 3; who is made to wait more than once is not well. */
const LONGEST_WAIT_MS = 30_000;
const FLAWS_SHOWN = 5;

export interface RunResult {
  fault: string;
  seed: number;
  tookMs: number;
  acked: number;
  deliveries: number;
  /** For each strike, from when every part was running and reachable until everybody had everything again. */
  healMs: number[];
  flaws: Flaw[];
  /** What strikes measured, by name. */
  measured: Record<string, number>;
  strikes: string[];
  /** What happened around the first flaws, as lines. */
  around: string[];
}

/** The plan a seed stands for; the same on every machine. */
export const planOf = (fault: Fault, seed: number, size: Size): Strike[] => fault.plan(seeded(seed), size);

export async function run(
  field: Field,
  fault: Fault,
  seed: number,
  size: Size,
  say: (sentence: string) => void,
): Promise<RunResult> {
  const beganMs = Date.now();
  const plan = planOf(fault, seed, size);
  const load = await Load.begin(field, seeded(seed + 1), fault.sendsPerS ?? STEADY_SENDS_PER_S);
  const flaws: Flaw[] = [];
  const healMs: number[] = [];
  const strikes: string[] = [];
  const cursors = new Cursors();
  const stolen = watchStolenTime();
  let wellMs = Date.now();
  try {
    load.talk();
    for (const { after, says, act } of plan) {
      await load.whenAcked(after);
      strikes.push(`${load.history.nowMs} ms, ${load.acked} acked: ${says}`);
      say(says);
      await act(field, load, size).catch((error: unknown) => flaws.push({ kind: 'stuck', says: describe(error) }));
      await field.heal();
      wellMs = Date.now();
      const stolenSince = watchStolenTime();
      const lacking = load.lacking();
      let last = '';
      let tookMs = 0;
      /** While all who lacked something were in a wait by the rules, which began when things were broken, or as doors opened again. */
      let waitedMs = 0;
      for (let lack = lacking(); lack !== undefined && tookMs < GIVE_UP_MS; lack = lacking()) {
        last = `${lack.what} at ${lack.who}`;
        await sleep(LOOK_MS);
        const beforeMs = tookMs;
        tookMs = Date.now() - wellMs;
        if (lack.isWaiting) waitedMs = Math.min(waitedMs + tookMs - beforeMs, LONGEST_WAIT_MS);
      }
      healMs.push(tookMs);
      const stolenMs = (tookMs - waitedMs) * stolenSince();
      if (tookMs >= GIVE_UP_MS || tookMs - waitedMs - stolenMs > fault.healMs * size.patience) {
        const waits = `of which clients had to wait ${Math.round(waitedMs)} ms`;
        const taken = `the hypervisor had the processors for ${Math.round(stolenMs)} ms of the rest`;
        flaws.push({
          kind: 'late',
          says: `${tookMs} ms to heal, ${waits}; ${taken}; after «${says}»; last came ${last}`,
        });
      }
      flaws.push(...(await cursors.look(field, load)));
    }
    await load.whenAcked(calm(seeded(seed)));
    await load.quiet();
    flaws.push(...(await check(field, load, cursors, wellMs, size.patience)));
    await load.end();
    await load.clearAway();
  } catch (error) {
    flaws.push({ kind: 'stuck', says: describe(error) });
    await field.heal();
  } finally {
    await load.end();
  }
  const { acked, history } = load;
  const measured = { ...load.measured, 'taken by the hypervisor, % of the processors': stolen() * 100 };
  const tookMs = Date.now() - beganMs;
  const around = flaws.slice(0, FLAWS_SHOWN).flatMap(({ room, seq, says }) => {
    return [says, ...(room !== undefined && seq !== undefined ? history.around(room, seq) : [])];
  });
  const { deliveries } = history;
  return { fault: fault.name, seed, tookMs, acked, deliveries, healMs, flaws, measured, strikes, around };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
