// The system under fire: Natter as processes, with a wire of ours between any two parts that talk, and the few things
// that faults do to it. `heal` undoes them all.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine, PartSpec } from '@natter/infra/stack';
import type { Person } from '../harness/person.js';
import { System } from '../harness/stack.js';
import { Accounts } from './accounts.js';
import { doors, REPLICAS, WS_GATEWAYS } from './cast.js';
import { Clocks } from './clocks.js';
import type { Death, Ground } from './ground.js';
import { SmallDisk } from './small-disk.js';
import { Wire } from './wire.js';

const READY_MS = 60_000;
const LOCAL = '127.0.0.1';
/** Long runs outlive tokens of 15 minutes; signing in again is not what is tested here. */
const SETTINGS = { NATTER_ACCESS_TTL: '86400', NATTER_DRAIN_MS: '3000' };

export class Field implements Ground {
  readonly #wires = new Map<string, Wire>();
  readonly #expected = new Set<string>();
  readonly #excused = new Set<string>();
  readonly #dying = new Map<string, Promise<void>>();
  readonly #frozen = new Set<string>();
  readonly #deaths: Death[] = [];
  readonly #exits = new Map<string, string>();
  readonly #accounts = new Accounts();
  #system: System | undefined;

  private constructor(
    readonly clocks: Clocks | undefined,
    readonly disk: SmallDisk | undefined,
  ) {}

  /** @param needs what the system has to be made for, as faults say */
  static async start(needs: { clocks: boolean; smallDisk: boolean }): Promise<Field> {
    const clocks = needs.clocks ? Clocks.make() : undefined;
    const disk = needs.smallDisk ? SmallDisk.mount() : undefined;
    const field = new Field(clocks, disk);
    try {
      field.#system = await System.start({
        wsGateways: WS_GATEWAYS,
        replicas: REPLICAS,
        env: SETTINGS,
        restart: false, // who kills also starts again, when the plan says so
        arrange: (part) => field.#wire(clocks?.wind(part) ?? part),
        onLine: (line) => field.#hear(line),
        ...(disk ? { dataDir: disk.folder } : {}),
      });
      for (const [index, door] of doors.entries()) await field.#lay(`clients-${door}`, field.system.socketUrl(index));
      await field.#lay('clients-front', field.system.frontUrl);
      return field;
    } catch (error) {
      await field.stop();
      throw error;
    }
  }

  get system(): System {
    if (!this.#system) throw new Error('the field has no system yet');
    return this.#system;
  }

  /** The first so many accounts; they outlive runs, as signing up is not what is tested. */
  people(count: number): Promise<Person[]> {
    return this.#accounts.first(count, this.system);
  }

  /** Where clients connect, over wires that may be cut: the front, as everybody does who is not told otherwise, and each ws-gateway. */
  get ways(): string[] {
    return ['front', ...doors].map((door) => `ws://${LOCAL}:${this.wire(`clients-${door}`).port}/ws`);
  }

  wire(name: string): Wire {
    const wire = this.#wires.get(name);
    if (!wire) throw new Error(`there is no wire ${name}; there are ${[...this.#wires.keys()].join(', ')}`);
    return wire;
  }

  /** The wires whose name fits. */
  wires(fits: RegExp): Wire[] {
    return [...this.#wires.values()].filter(({ name }) => fits.test(name));
  }

  /** `kill -9`; a part that is down already, or dying, stays so. */
  kill(part: string): Promise<void> {
    const dying = this.#dying.get(part);
    if (dying) return dying;
    if (this.#isDown(part)) return Promise.resolve();
    this.#expected.add(part);
    const death = this.system.stack.kill(part, 'SIGKILL').finally(() => this.#dying.delete(part));
    this.#dying.set(part, death);
    return death;
  }

  /** SIGTERM; answers how it ended, such as `exit 0`, or undefined when it has not by then. */
  async terminate(part: string, patienceMs: number): Promise<string | undefined> {
    if (this.#isDown(part)) return undefined;
    this.#expected.add(part);
    this.#exits.delete(part);
    await this.system.stack.kill(part, 'SIGTERM');
    const deadline = Date.now() + patienceMs;
    while (!this.#exits.has(part) && Date.now() < deadline) await sleep(20);
    return this.#exits.get(part);
  }

  /** Until all is healed the part may end by itself. */
  excuse(part: string): void {
    this.#excused.add(part);
  }

  start(part: string): void {
    this.#expected.delete(part);
    this.system.stack.start(part);
  }

  async freeze(part: string): Promise<void> {
    if (this.#isEnding(part)) return;
    this.#frozen.add(part);
    await this.system.stack.kill(part, 'SIGSTOP');
  }

  async thaw(part: string): Promise<void> {
    if (!this.#frozen.delete(part) || this.#isEnding(part)) return;
    await this.system.stack.kill(part, 'SIGCONT');
  }

  /** Mends and starts whatever is broken, and waits until every part says that it is ready. */
  async heal(): Promise<void> {
    for (const wire of this.#wires.values()) wire.mend();
    for (const part of this.#frozen) await this.thaw(part);
    this.disk?.clear();
    for (const { name, pid } of this.system.stack.parts) if (pid === null) this.start(name);
    await this.system.stack.waitReady(READY_MS);
    this.#excused.clear();
  }

  /** Those that died by themselves since the last call. */
  deaths(): Death[] {
    return this.#deaths.splice(0);
  }

  async stop(): Promise<void> {
    await this.#system?.stop();
    for (const wire of this.#wires.values()) wire.remove();
    this.clocks?.remove();
    this.disk?.unmount();
  }

  #isDown(part: string): boolean {
    return this.system.stack.parts.find(({ name }) => name === part)?.pid === null;
  }

  /** Down, or killed this moment: there is nobody to get a signal. */
  #isEnding(part: string): boolean {
    return this.#dying.has(part) || this.#isDown(part);
  }

  #hear({ part, text }: LogLine): void {
    const [, who, cause] = part === 'launcher' ? (/^(\S+) died \(([^)]*)\)/.exec(text) ?? []) : [];
    if (who === undefined || cause === undefined) return;
    this.#exits.set(who, cause);
    if (!this.#expected.has(who) && !this.#excused.has(who)) this.#deaths.push({ part: who, cause });
  }

  /** Every address of a neighbour is replaced by that of a wire which leads there. */
  async #wire(part: PartSpec): Promise<PartSpec> {
    const env = { ...part.env };
    const rewrite = async (key: string, to: string): Promise<void> => {
      if (env[key] === undefined) return;
      const url = new URL(env[key]);
      url.port = String((await this.#lay(`${part.name}-${to}`, env[key])).port);
      env[key] = url.href;
    };
    await rewrite('NATS_URL', 'nats');
    await rewrite('DATABASE_URL', 'postgres');
    const upstreams = env['WS_UPSTREAMS']?.split(',') ?? [];
    const laid = upstreams.map((address, index) => this.#lay(`${part.name}-${doors[index]}`, `ws://${address}`));
    if (laid.length > 0)
      env['WS_UPSTREAMS'] = (await Promise.all(laid)).map(({ port }) => `${LOCAL}:${port}`).join(',');
    return { ...part, env };
  }

  async #lay(name: string, url: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    const wire = await Wire.lay(name, { host: hostname, port: Number(port) });
    this.#wires.set(name, wire);
    return wire;
  }
}
