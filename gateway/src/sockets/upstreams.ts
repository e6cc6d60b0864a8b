// The ws-gateways behind us, in turn; one that just failed stands last for a moment.

export interface Upstream {
  host: string;
  port: number;
}

const awayMs = 2_000;

/** `host:port`, `[::1]:port`; undefined for anything else. */
export function parseUpstream(text: string): Upstream | undefined {
  const [, bracketed, plain, port = ''] = /^(?:\[([0-9a-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined || Number(port) < 1 || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

export class Upstreams {
  private readonly all: Upstream[];
  private readonly awayUntil = new Map<Upstream, number>();
  private turn = 0;

  /** @param now milliseconds that never go back */
  constructor(
    addresses: readonly string[],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.all = addresses.map(parseUpstream).filter((upstream) => upstream !== undefined);
  }

  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  /** All of them, each once, beginning with the next in turn. */
  inTurn(): Upstream[] {
    const first = this.turn++ % Math.max(1, this.all.length);
    const rotated = [...this.all.slice(first), ...this.all.slice(0, first)];
    const isAway = (upstream: Upstream): boolean => (this.awayUntil.get(upstream) ?? 0) > this.now();
    return [...rotated.filter((upstream) => !isAway(upstream)), ...rotated.filter(isAway)];
  }

  failed(upstream: Upstream): void {
    this.awayUntil.set(upstream, this.now() + awayMs);
  }
}
