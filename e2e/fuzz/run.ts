// One part of a run: a system of its own, its people, its bystanders, and the pieces in three thirds with a rest after each.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from '@natter/infra/stack';
import { System } from '../harness/stack.js';
import { aftermath } from './aftermath.js';
import { type Breach, timely } from './breach.js';
import { Bystanders, type Standing } from './bystanders.js';
import { drip } from './drips.js';
import { type Field, portsOf, Tally } from './field.js';
import { collectable, type Growth, grown, growths, measure } from './memory.js';
import type { PieceKind } from './options.js';
import { type Part, type Piece, pieceOf } from './pieces.js';
import { readRoutes } from '../harness/gateway-routes.js';
import { Stalls } from './stalls.js';
import { World } from './world.js';

/** Pieces under way at once: enough to mix, few enough that an answer does not wait for the machine alone. */
const WORKERS = 6;
const QUIET_MS = 8_000;
const SHORT_QUIET_MS = 3_000;
/** Slow connections of each kind in every third. */
const DRIPS = 15;
const SETTINGS = {
  NATTER_ACCESS_TTL: '86400', // long runs outlive tokens of 15 minutes
  NATTER_TRUSTED_PROXIES: '127.0.0.1', // everybody comes from an address of their own
};

export interface PartPlan {
  part: Part;
  seed: number;
  amounts: Record<PieceKind, number>;
  isQuick: boolean;
  /** Only this piece. */
  only?: { kind: PieceKind; index: number };
}

export interface PartResult {
  part: Part;
  tally: Tally;
  /** How often, and how long at worst, this process itself did not get the processor. */
  stalls: { count: number; worstMs: number };
  standings: Standing[];
  growths: Growth[];
  tookMs: number;
  routes: number;
}

export interface Ears {
  say: (sentence: string) => void;
  tell: (breach: Breach) => void;
}

/** @throws Error when the system does not start, or has no web client to serve */
export async function runPart(plan: PartPlan, ears: Ears): Promise<PartResult> {
  const beganMs = Date.now();
  const { say } = ears;
  const tally = new Tally();
  const stalls = new Stalls();
  const tell = (breach: Breach): void => {
    if (timely.has(breach.kind) && stalls.isExcuse) tally.add('excused');
    else ears.tell(breach);
  };
  const { part, isQuick } = plan;
  const underWay = new Set<string>();
  let isOver = false; // what parts say of being stopped is no finding
  const hear = (line: LogLine): void => (isOver ? undefined : complain(line, underWay, tell));
  const env = { ...SETTINGS, ...(part === 'shipped' && { NATTER_RATE_FACTOR: '1' }) };
  const system = await System.start({ env, arrange: collectable, onLine: hear });
  let bystanders: Bystanders | undefined;
  try {
    await needPages(system);
    const routes = await readRoutes();
    const field: Field = { system, ports: portsOf(system), world: await World.make(system), tally, tell };
    bystanders = await Bystanders.begin(system);
    const watch = bystanders;
    const quiet = async (): Promise<void> => {
      await sleep(1_000); // what was under way comes to its end
      watch.phase('quiet');
      await sleep(isQuick ? SHORT_QUIET_MS : QUIET_MS);
      watch.phase(null);
    };
    const make = (kind: PieceKind, index: number): Piece =>
      pieceOf({ seed: plan.seed, part, field, routes }, kind, index);
    const mixer = new Mixer(plan, make);
    const held = [];
    await quiet();
    for (let third = 1; third <= 3 && !plan.only; third += 1) {
      await field.world.mend();
      const dripping =
        isQuick && (third > 1 || part === 'shipped') ? undefined : drip(field, isQuick ? 2 : DRIPS, isQuick);
      watch.phase('fuzz');
      await mixer.play(third / 3, underWay);
      await dripping;
      watch.phase(null);
      if (!isQuick || third === 3) await quiet();
      if (!isQuick) held.push(await measure(system));
      say(`${part}: third ${third} of 3: ${progress(field.tally)}`);
    }
    await field.world.mend();
    for (const breach of plan.only ? [] : await aftermath(field)) tell(breach);
    if (plan.only) await make(plan.only.kind, plan.only.index).play();
    const { standings, breaches } = await bystanders.end();
    const grows = growths(held);
    for (const breach of [...breaches, ...grows.flatMap(grown)]) tell(breach);
    for (const { name, state } of system.stack.parts)
      if (state !== 'ready') tell({ kind: 'ended', says: `${name} is ${state}`, piece: 'the end' });
    return {
      part,
      tally,
      stalls: { count: stalls.count, worstMs: stalls.worstMs },
      standings,
      growths: grows,
      tookMs: Date.now() - beganMs,
      routes: routes.length,
    };
  } finally {
    bystanders?.kill();
    underWay.clear();
    isOver = true;
    stalls.end();
    await system.stop();
  }
}

/** Hands out pieces so that all kinds advance at the same pace. */
class Mixer {
  readonly #done: Record<PieceKind, number> = { frames: 0, requests: 0, abuse: 0 };
  readonly #next: Record<PieceKind, number> = { frames: 0, requests: 0, abuse: 0 };

  constructor(
    private readonly plan: PartPlan,
    private readonly make: (kind: PieceKind, index: number) => Piece,
  ) {}

  /** Plays until so much of each kind has been said. */
  async play(share: number, underWay: Set<string>): Promise<void> {
    const work = async (): Promise<void> => {
      for (let piece = this.#draw(share); piece; piece = this.#draw(share)) {
        underWay.add(piece.name);
        await piece.play();
        underWay.delete(piece.name);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
  }

  #draw(share: number): Piece | undefined {
    const behind = (['frames', 'requests', 'abuse'] as const)
      .map((kind) => ({ kind, at: this.#done[kind] / this.plan.amounts[kind] }))
      .filter(({ at }) => at < share)
      .sort((a, b) => a.at - b.at)[0];
    if (!behind) return undefined;
    const { kind } = behind;
    const piece = this.make(kind, this.#next[kind]++);
    this.#done[kind] += piece.size;
    return piece;
  }
}

/** What a part says that nobody should have to read. */
function complain({ part, level, text }: LogLine, underWay: ReadonlySet<string>, tell: (breach: Breach) => void): void {
  const pieces = [...underWay].join(', ');
  if (part === 'launcher' && / died /.test(text)) tell({ kind: 'ended', says: text, piece: pieces });
  else if (level === 'error') tell({ kind: 'complaint', says: `${part}: ${text.slice(0, 1_500)}`, piece: pieces });
}

/** Without the built web client every page is 503: that is an installation's fault, not a finding. */
async function needPages(system: System): Promise<void> {
  const { status } = await system.api.get('/');
  if (status !== 200) throw new Error('the web client is not built: run `npm run build`');
}

export function progress(tally: Tally): string {
  const n = (name: string): string => tally.of(name).toLocaleString('en');
  return `${n('frames')} frames on ${n('sockets')} sockets, ${n('requests')} requests, ${n('abuses')} abuses, ${n('drips')} slow connections`;
}
