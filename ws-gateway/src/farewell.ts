// For a caller whom nobody can look at now. A refusal before the upgrade cannot tell a browser anything, and makes every client wait
// longer with each try. So the socket is opened, says `bye` with a short time to come back, and is closed: nobody was let in.
import { closeCodes } from '@natter/contracts/close-codes';
import { limits } from '@natter/contracts/limits';
import { type ServerOptions, WebSocketServer } from 'ws';
import { byeFrame } from './bye.js';
import { type Caller, subprotocol } from './caller.js';

/** A closing handshake that takes longer is ended by force. */
const closeMs = 2_000;
const options: ServerOptions & { closeTimeout: number } = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: limits.frame_bytes,
  closeTimeout: closeMs,
  handleProtocols: () => subprotocol,
};
const sockets = new WebSocketServer(options);

/** @param refuse for a request that is no proper WebSocket handshake */
export function farewell({ request, socket, head }: Caller, refuse: (error: Error) => void): void {
  sockets.once('wsClientError', refuse);
  sockets.handleUpgrade(request, socket, head, (ws) => {
    const { server_fault: reason } = closeCodes;
    ws.on('error', () => undefined); // a close follows
    ws.send(JSON.stringify(byeFrame(reason)));
    ws.close(reason.code, reason.reason);
  });
  sockets.off('wsClientError', refuse);
}
