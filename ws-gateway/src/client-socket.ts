// ws's socket with its connection on it, so that the handlers below are shared by all sockets instead of made for each.
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Connection } from './connection.js';

export class ClientSocket extends WebSocket {
  connection: Connection | undefined;

  /** Also called by ws: to echo a client's close, and for a frame it cannot read (1002, 1007, 1009: without a reason). */
  override close(code?: number, reason?: string | Buffer): void {
    this.connection?.closing(code ?? 1_005, code !== undefined && reason === undefined);
    super.close(code, reason);
  }
}

interface TcpSocket extends Socket {
  connection?: Connection;
}

/** Lets a connection hear of its socket. */
export function listen(ws: ClientSocket, socket: TcpSocket, connection: Connection): void {
  ws.connection = connection;
  socket.connection = connection;
  ws.on('message', onMessage);
  ws.on('ping', onPing);
  ws.on('pong', onPong);
  ws.on('close', onClose);
  ws.on('error', onError);
  socket.on('drain', onDrain);
}

function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  (this as ClientSocket).connection?.receive(data as Buffer, isBinary);
}

function onPing(this: WebSocket, payload: Buffer): void {
  (this as ClientSocket).connection?.onPing(payload);
}

function onPong(this: WebSocket, payload: Buffer): void {
  (this as ClientSocket).connection?.onPong(payload);
}

function onClose(this: WebSocket, code: number): void {
  (this as ClientSocket).connection?.closing(code, false);
}

/** What follows is always a close; a client's broken frame is nothing to log. */
function onError(): void {}

function onDrain(this: TcpSocket): void {
  this.connection?.outbound.onDrain();
}
