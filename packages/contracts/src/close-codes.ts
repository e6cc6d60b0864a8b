// Why a server closes a socket, and what a client then does.

/** `repeat_not`: as reconnect, but the frame that caused it is not sent again. */
export type AfterClose = 'reconnect' | 'repeat_not' | 'sign_in' | 'stop';

export const closeCodes = {
  normal: { code: 1000, client: 'stop', reason: 'closed' },
  server_gone: { code: 1001, client: 'reconnect', reason: 'server gone' },
  binary_frame: { code: 1003, client: 'repeat_not', reason: 'binary frame' },
  bad_utf8: { code: 1007, client: 'repeat_not', reason: 'bad UTF-8' },
  frame_too_large: { code: 1009, client: 'repeat_not', reason: 'frame too large' },
  server_fault: { code: 1011, client: 'reconnect', reason: 'server fault' },
  protocol: { code: 4400, client: 'stop', reason: 'protocol' },
  session_ended: { code: 4401, client: 'sign_in', reason: 'session ended' },
  account_disabled: { code: 4403, client: 'stop', reason: 'account disabled' },
  room_gone: { code: 4404, client: 'stop', reason: 'room deleted, or you were removed' },
  heartbeat_missed: { code: 4408, client: 'reconnect', reason: 'heartbeat missed' },
  too_many_connections: { code: 4409, client: 'stop', reason: 'too many connections' },
  flooding: { code: 4429, client: 'reconnect', reason: 'flooding' },
  draining: { code: 4503, client: 'reconnect', reason: 'draining' },
  too_slow: { code: 4504, client: 'reconnect', reason: 'reading too slowly' },
} as const satisfies Record<string, { code: number; client: AfterClose; reason: string }>;

export type CloseReason = keyof typeof closeCodes;

const byCode = new Map<number, AfterClose>(Object.values(closeCodes).map((entry) => [entry.code, entry.client]));

/** What a client does after a close code; any code the contract does not list means reconnect. */
export const afterClose = (code: number): AfterClose => byCode.get(code) ?? 'reconnect';
