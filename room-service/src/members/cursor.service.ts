// How far members got. Gateways gather receipts and bring them in batches; one statement moves them all.
import type { ReceiptEvent } from '@natter/contracts/events';
import { limits } from '@natter/contracts/limits';
import type { Statement } from '@natter/service-kit/named-statement';
import type { Statements } from '../database/statements.js';
import type { Router } from '../log/router.js';

export interface CursorMove {
  user: string;
  room: string;
  delivered?: number | undefined;
  read?: number | undefined;
}

interface Moved {
  room: string;
  usr: string;
  delivered: number;
  read: number;
  members: number;
}

const advance: Statement = {
  name: 'advance',
  text: `SELECT * FROM natter_advance($1, $2, $3, $4, make_interval(secs => $5))`,
};

export class CursorService {
  constructor(
    private readonly statements: Pick<Statements, 'run'>,
    private readonly router: Pick<Router, 'round'>,
    private readonly lateMs: number = limits.lateDeliveryMs,
  ) {}

  /** Moves cursors forward, and tells the small rooms. What does not move a cursor forward is ignored. */
  async advance(moves: readonly CursorMove[]): Promise<void> {
    const merged = merge(moves);
    if (merged.length === 0) return;
    const moved = await this.statements.run<Moved>(advance, [
      merged.map(({ room }) => room),
      merged.map(({ user }) => user),
      merged.map(({ delivered }) => delivered ?? null),
      merged.map(({ read }) => read ?? null),
      this.lateMs / 1_000,
    ]);
    const round = this.router.round();
    for (const { room, usr, delivered, read, members } of moved) {
      if (members > limits.receiptRoomMembers) continue;
      const event: ReceiptEvent = { type: 'receipt', room, user: usr, delivered, read };
      round.event({ room, seq: 0, bytes: Buffer.from(JSON.stringify(event)) });
    }
    round.send();
  }
}

/** Each member once, at the furthest. */
function merge(moves: readonly CursorMove[]): CursorMove[] {
  const byMember = new Map<string, CursorMove>();
  for (const move of moves) {
    const key = move.room + move.user;
    const known = byMember.get(key);
    if (known === undefined) byMember.set(key, { ...move });
    else {
      known.delivered = further(known.delivered, move.delivered);
      known.read = further(known.read, move.read);
    }
  }
  return [...byMember.values()];
}

const further = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);
