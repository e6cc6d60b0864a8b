// The trail: who signed in, who was refused, who changed what for whom. Kept for administrators, without anything secret.
import { Injectable } from '@nestjs/common';
import {
  type AuditAction,
  auditActions,
  type AuditDetails,
  type AuditEntry,
  type AuditFact,
  type AuditKind,
  auditKinds,
  type listAudit,
} from '@natter/contracts/admin';
import type { Page } from '@natter/contracts/common';
import type { RequestOf } from '@natter/contracts/rpc';
import { CursorTime, decodeCursor, pageOf } from '@natter/service-kit/paging';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { Clock } from '../clock.js';
import { AuditRepository, type AuditRow } from './audit.repository.js';

export interface NewEntry {
  action: AuditAction;
  /** Who did it; whom it is about unless given, null for nobody who was signed in. */
  byId?: string | null;
  userId?: string | undefined;
  sessionId?: string;
  ip?: string;
  details?: AuditDetails;
}

/** Refusals that concern no account come from whoever likes: of one address, one entry in this time. */
const namelessEveryMs = 60_000;

const kinds = new Map(auditKinds.flatMap((kind) => auditActions[kind].map((action) => [action, kind] as const)));
const listCursor = z.object({ ts: CursorTime, id: z.string().regex(/^\d{1,18}$/) });

@Injectable()
export class AuditService {
  constructor(
    private readonly entries: AuditRepository,
    private readonly clock: Clock,
  ) {}

  /** Writes entries, within the transaction of what they tell of where there is one. */
  async write(entries: NewEntry[], em?: EntityManager): Promise<void> {
    const at = new Date(this.clock.now());
    await this.entries.insert(
      entries.map(({ action, byId, userId, sessionId, ip, details }) => ({
        at,
        action,
        byId: byId === undefined ? (userId ?? null) : byId,
        userId: userId ?? null,
        sessionId: sessionId ?? null,
        ip: ip ?? null,
        roomId: null,
        roomName: null,
        details: details ?? null,
        source: null,
      })),
      em,
    );
  }

  /** Writes that somebody unknown was refused. */
  async writeRefusal(entry: { action: AuditAction; userId?: string | undefined; ip: string }): Promise<void> {
    const since = new Date(this.clock.now() - namelessEveryMs);
    if (entry.userId === undefined && (await this.entries.hasNameless(entry.action, entry.ip, since))) return;
    await this.write([{ ...entry, byId: null }]);
  }

  /** Takes what happened elsewhere; what is there already changes nothing. */
  async record(facts: readonly AuditFact[]): Promise<void> {
    await this.entries.insertNew(
      facts.map(({ id, ts, action, by, user, room, room_name, seq }) => ({
        at: new Date(ts),
        action,
        byId: by,
        userId: user ?? null,
        sessionId: null,
        ip: null,
        roomId: room,
        roomName: room_name,
        details: seq === undefined ? null : { seq },
        source: id,
      })),
    );
  }

  /** A page of the trail, the newest first. @throws NatterError `invalid` for a bad cursor */
  async list({ kind, user, limit, cursor }: RequestOf<typeof listAudit>): Promise<Page<AuditEntry>> {
    const after = decodeCursor(listCursor, cursor);
    const actions = kind === undefined ? null : [...auditActions[kind]];
    const rows = await this.entries.list({ actions, user: user ?? null, after, limit: limit + 1 });
    return pageOf(rows, limit, shown, ({ at, id }) => ({ ts: at.toISOString(), id }));
  }
}

const named = (id: string | null, username: string | null) =>
  id === null ? null : { id, username: username ?? 'unknown' };

function shown(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    ts: row.at.toISOString(),
    kind: kinds.get(row.action) as AuditKind,
    action: row.action,
    by: named(row.by_id, row.by_name),
    user: named(row.user_id, row.user_name),
    session: row.session_id,
    ip: row.ip,
    room: row.room_id === null ? null : { id: row.room_id, name: row.room_name },
    details: row.details,
  };
}
