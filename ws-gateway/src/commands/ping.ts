// `ping`: a browser's way to ask whether the server is still there.
import type { PingFrame } from '@natter/contracts/frames';
import type { Connection } from '../connection.js';

/** Answers `pong`. */
export function pong(connection: Connection, { id }: PingFrame): void {
  connection.push({ type: 'pong', ...(id !== undefined && { id }), server_ts: new Date().toISOString() });
}
