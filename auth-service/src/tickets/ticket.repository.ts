import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TicketEntity } from './ticket.entity.js';

@Injectable()
export class TicketRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async insert(ticket: TicketEntity): Promise<void> {
    await this.dataSource.manager.insert(TicketEntity, ticket);
  }

  /** Takes a ticket out: of any number who try at once, one gets it. */
  async take(hash: string): Promise<{ userId: string; sessionId: string; expiresAt: Date } | null> {
    const [rows] = await this.dataSource.query<[{ userId: string; sessionId: string; expiresAt: Date }[], number]>(
      `DELETE FROM tickets WHERE hash = $1
       RETURNING user_id AS "userId", session_id AS "sessionId", expires_at AS "expiresAt"`,
      [hash],
    );
    return rows[0] ?? null;
  }
}
