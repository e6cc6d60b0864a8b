// What the SDK needs of a WebSocket, and two ways to open one. Node before 22 has none of its own: pass that of `ws`.

/** The part of a WebSocket in use; the one of browsers and the one of `ws` both fit. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

/** Opens a new socket each time it is called; what it throws counts as a connection that failed. */
export type Connect = () => WebSocketLike | Promise<WebSocketLike>;

export type WebSocketConstructor = new (url: string, protocols?: string | string[]) => WebSocketLike;

export const subprotocol = 'natter.v1';

/** `ws(s)://…/ws` of a server given by its `http(s)://` address. */
export function socketUrl(baseUrl: string): string {
  const url = new URL('/ws', baseUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** For a browser: the sign-in travels in the cookie. */
export const cookieSocket =
  (url: string, Socket: WebSocketConstructor = WebSocket): Connect =>
  () =>
    new Socket(url, subprotocol);

/** For a place where a socket can have neither cookie nor header: a ticket from `POST /api/auth/ws-ticket` opens it. */
export const ticketSocket =
  (url: string, wsTicket: () => Promise<{ ticket: string }>, Socket: WebSocketConstructor = WebSocket): Connect =>
  async () =>
    new Socket(`${url}?ticket=${encodeURIComponent((await wsTicket()).ticket)}`, subprotocol);
