// The last frame before the server closes, and how soon a client may be back when what is missing returns within seconds.
import type { AfterClose } from '@natter/contracts/close-codes';
import type { ByeEvent } from '@natter/contracts/events';

export interface CloseEntry {
  code: number;
  client: AfterClose;
  reason: string;
}

/** @param afterMs how long a client that will be back is to stay away */
export function byeFrame({ code, client, reason }: CloseEntry, afterMs = soon()): ByeEvent {
  const reconnect = client === 'reconnect' || client === 'repeat_not';
  return { type: 'bye', code, reason, reconnect, after_ms: reconnect ? afterMs : 0 };
}

const soonMs = 1_000;

/** Random, so that those who are sent away together do not return together; short, because by its own rule a client would wait longer
 * with each try; never 0, so that a client that does the same again and again does not do it without a break. */
const soon = (): number => 1 + Math.floor(Math.random() * soonMs);
