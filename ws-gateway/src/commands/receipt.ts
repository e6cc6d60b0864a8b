// `receipt`: how far the user has come in a room.
import { Injectable } from '@nestjs/common';
import type { ReceiptFrame } from '@natter/contracts/frames';
import type { Connection } from '../connection.js';
import { Hub } from '../hub.js';
import { Receipts } from '../receipts.js';

@Injectable()
export class ReceiptCommand {
  constructor(
    private readonly hub: Hub,
    private readonly receipts: Receipts,
  ) {}

  /** Not answered; for a room the user is not in: `not_found`, whether it exists or not. */
  run(connection: Connection, { id, room, delivered, read }: ReceiptFrame): void {
    if (!this.hub.isIn(connection, room)) connection.fail('not_found', id);
    else if (delivered !== undefined || read !== undefined)
      this.receipts.note(connection.user.id, room, delivered, read);
  }
}
