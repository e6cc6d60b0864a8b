import { describe, expect, it } from 'vitest';
import { ContentWatch, isShown } from './content.js';

const typeOf = async (...chunks: (Buffer | string)[]): Promise<string> => {
  const watch = new ContentWatch();
  for (const chunk of chunks) watch.see(Buffer.from(chunk));
  return watch.type();
};
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('the type of a file', () => {
  it.each([
    ['image/png', png],
    ['image/gif', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1')],
    ['application/pdf', '%PDF-1.7\n%…'],
    ['application/zip', Buffer.from('PK\x05\x06' + '\0'.repeat(18), 'latin1')],
    ['text/plain', 'héllo\n'],
    ['text/plain', '<!doctype html><script>alert(1)</script>'],
    ['text/plain', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['application/xml', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['text/plain', ''],
    ['application/octet-stream', Buffer.from([0x80, 0x81, 0x00])],
    ['application/octet-stream', 'text\0with a zero'],
    ['application/octet-stream', Buffer.from([0x61, 0xc3])],
  ])('is %s by what is in it', async (type, content) => expect(await typeOf(content)).toBe(type));

  it('is text though a character is cut in two on the way', async () => {
    const bytes = Buffer.from('日本');
    expect(await typeOf(bytes.subarray(0, 4), bytes.subarray(4))).toBe('text/plain');
  });

  it.each(['image/png', 'image/jpeg', 'audio/mpeg', 'video/mp4'])('%s is shown', (type) =>
    expect(isShown(type)).toBe(true),
  );
  it.each(['image/svg+xml', 'text/html', 'text/plain', 'application/pdf', 'application/xml', 'image/tiff', ''])(
    '%s is saved',
    (type) => expect(isShown(type)).toBe(false),
  );
});
