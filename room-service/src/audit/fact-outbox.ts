// What happens in rooms and belongs on the audit trail: written with the change itself, handed to the auth-service until it has taken
// it. The id of a fact is made of what happened, so that handing over twice does no harm.
import { type AuditFact, recordAudit } from '@natter/contracts/admin';
import type { Logger } from '@natter/service-kit/logger';
import type { RpcClient } from '@natter/service-kit/rpc-client';
import type { DataSource } from 'typeorm';
import { Outbox } from '../outbox.js';
import type { Move, RoomChange } from '../rooms/room-change.js';
import type { FactRow } from './fact.entity.js';

const batch = 100;

const removals = { kicked: 'member_removed', banned: 'member_banned' } as const;
type Removal = Move & { change: keyof typeof removals };
const isRemoval = (move: Move): move is Removal => move.change in removals;

export class FactOutbox {
  private readonly outbox: Outbox<FactRow>;

  constructor(dataSource: DataSource, rpc: Pick<RpcClient, 'call'>, logger: Logger) {
    const handOver = async (rows: FactRow[]) => {
      await rpc.call(recordAudit, { facts: rows.map(factOf) });
    };
    this.outbox = new Outbox(dataSource, logger, { table: 'audit_facts', batch, handOver });
  }

  /** Writes what `change` did that belongs on the trail, in its transaction. @returns whether there is something to hand over */
  async add({ manager, room, moves, deletedBy, ts }: RoomChange): Promise<boolean> {
    const facts: Pick<FactRow, 'id' | 'action' | 'by' | 'usr'>[] = moves.filter(isRemoval).map((move) => ({
      id: `${move.change}-${room.id}-${move.seq}`,
      action: removals[move.change],
      by: move.by,
      usr: move.user,
    }));
    if (deletedBy !== undefined)
      facts.push({ id: `deleted-${room.id}`, action: 'room_deleted', by: deletedBy, usr: null });
    if (facts.length === 0) return false;
    await manager.query(
      `INSERT INTO audit_facts (id, action, by, usr, room, room_name, ts, due)
       SELECT f.id, f.action, f.by, f.usr, $1, $2, $3, now()
       FROM unnest($4::text[], $5::text[], $6::uuid[], $7::uuid[]) AS f (id, action, by, usr)`,
      [
        room.id,
        room.name,
        ts,
        facts.map(({ id }) => id),
        facts.map(({ action }) => action),
        facts.map(({ by }) => by),
        facts.map(({ usr }) => usr),
      ],
    );
    return true;
  }

  /** Hands over what is due, now. */
  soon(): void {
    this.outbox.soon();
  }

  stop(): void {
    this.outbox.stop();
  }
}

const factOf = ({ id, action, by, usr, room, room_name, seq, ts }: FactRow): AuditFact => ({
  id,
  ts: ts.toISOString(),
  action,
  by,
  ...(usr !== null && { user: usr }),
  room,
  room_name,
  ...(seq !== null && { seq }),
});
