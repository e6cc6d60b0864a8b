// One kept-alive HTTP connection on which requests follow one another without waiting; answers come in their order.
import { connect, type Socket } from 'node:net';

export class HttpLine {
  private readonly socket: Socket;
  private rest = '';

  /** @param onAnswer called with the status of each answer */
  constructor(
    port: number,
    private readonly onAnswer: (status: number) => void,
  ) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket.setEncoding('latin1').on('data', (text: string) => this.take(text));
    this.socket.on('error', () => undefined);
  }

  post(path: string, body: string): void {
    this.socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }

  close(): void {
    this.socket.destroy();
  }

  private take(text: string): void {
    this.rest += text;
    for (;;) {
      const end = this.rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(this.rest.slice(0, end))?.[1] ?? 0);
      if (this.rest.length < end + 4 + length) return;
      const status = Number(this.rest.slice(9, 12));
      this.rest = this.rest.slice(end + 4 + length);
      this.onAnswer(status);
    }
  }
}
