import { describe, expect, it } from 'vitest';
import { writeHead } from './request-head.js';

const lines = (rawHeaders: string[], own: Record<string, string> = {}): string[] =>
  writeHead({ method: 'GET', rawHeaders }, '/ws?a=1', own).toString('latin1').split('\r\n');

describe('the head for the next hop', () => {
  it('keeps what concerns the server, as it was written and in its order', () => {
    const head = lines([
      'Host',
      'chat.example',
      'Sec-WebSocket-Key',
      'abc',
      'cookie',
      'a=1; b=2',
      'Sec-WebSocket-Protocol',
      'natter.v1',
    ]);
    expect(head).toEqual([
      'GET /ws?a=1 HTTP/1.1',
      'Host: chat.example',
      'Sec-WebSocket-Key: abc',
      'cookie: a=1; b=2',
      'Sec-WebSocket-Protocol: natter.v1',
      '',
      '',
    ]);
  });

  it('drops what concerned this hop only, by custom or by name', () => {
    const head = lines([
      'Host',
      'h',
      'Connection',
      'Upgrade, X-Hop',
      'X-Hop',
      '1',
      'Keep-Alive',
      'timeout=5',
      'Proxy-Authorization',
      's',
      'TE',
      'trailers',
      'Upgrade',
      'websocket',
    ]);
    expect(head).toEqual(['GET /ws?a=1 HTTP/1.1', 'Host: h', '', '']);
  });

  it('cannot be made to lose what decides who asks', () => {
    const head = lines([
      'Host',
      'h',
      'Origin',
      'https://evil.example',
      'Cookie',
      'a=1',
      'Connection',
      'upgrade, origin, cookie, host',
    ]);
    expect(head).toContain('Origin: https://evil.example');
    expect(head).toContain('Cookie: a=1');
    expect(head).toContain('Host: h');
  });

  it('says what we know in place of what was claimed', () => {
    const head = lines(['Host', 'h', 'x-forwarded-for', '1.1.1.1', 'X-FORWARDED-FOR', '2.2.2.2'], {
      'X-Forwarded-For': '192.0.2.1',
    });
    expect(head.filter((line) => /^x-forwarded-for/i.test(line))).toEqual(['X-Forwarded-For: 192.0.2.1']);
  });

  it('keeps bytes above ASCII as they are', () => {
    const head = writeHead({ method: 'GET', rawHeaders: ['X-Name', 'caf\u00e9'] }, '/ws', {});
    expect(head.includes(Buffer.from([0x66, 0xe9, 0x0d, 0x0a]))).toBe(true);
  });
});
