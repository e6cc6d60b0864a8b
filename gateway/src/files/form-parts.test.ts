import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, formParts } from './form-parts.js';

interface Read {
  name: string;
  fileName: string | undefined;
  bytes: Buffer;
}

async function* pieces(body: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let i = 0; at < body.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield body.subarray(at, at + size);
    at += size;
  }
}

async function readAll(body: Buffer | string, boundary = 'B', sizes: readonly number[] = [1 << 20]): Promise<Read[]> {
  const found: Read[] = [];
  for await (const { bytes, ...part } of formParts(pieces(Buffer.from(body), sizes), boundary)) {
    const chunks: Buffer[] = [];
    for await (const chunk of bytes) chunks.push(Buffer.from(chunk));
    found.push({ ...part, bytes: Buffer.concat(chunks) });
  }
  return found;
}

const part = (headers: string, body = 'x') => `--B\r\n${headers}\r\n\r\n${body}\r\n`;
const file = (parameters: string, body?: string) => part(`Content-Disposition: form-data; ${parameters}`, body);
const only = async (text: string): Promise<Read | undefined> => (await readAll(`${text}--B--`))[0];
const refused = expect.objectContaining({ code: 'bad_request' });

describe('a form', () => {
  it('gives its parts in order, whatever their bytes and wherever the connection cuts them', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      // What comes near to a boundary without being one.
      fc
        .array(fc.constantFrom('\r', '\n', '-', '--B', '\r\n--', '\r\n--C', 'B', '\r\n-', '\0'), { maxLength: 30 })
        .map((all) => Buffer.from(all.join(''))),
    );
    const parts = fc.array(
      bytes.filter((body) => !`\r\n${body.toString('latin1')}\r\n`.includes('\r\n--B')),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(
        parts,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        async (bodies, sizes) => {
          const form = Buffer.concat([
            ...bodies.flatMap((body, i) => [
              Buffer.from(`--B\r\nContent-Disposition: form-data; name="${i}"\r\n\r\n`),
              body,
              Buffer.from('\r\n'),
            ]),
            Buffer.from('--B--\r\nan epilogue'),
          ]);
          const found = await readAll(form, 'B', sizes);
          expect(found.map(({ bytes: got }) => got)).toEqual(bodies);
        },
      ),
    );
  });

  it('may have a preamble, padding behind its boundaries, and parts that nobody reads', async () => {
    const form = `preamble\r\n--B \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n${file('name=b', '2')}--B--`;
    const names: string[] = [];
    for await (const { name } of formParts(pieces(Buffer.from(form), [3]), 'B')) names.push(name);
    expect(names).toEqual(['a', 'b']);
  });

  it.each([
    ['nothing', ''],
    ['no boundary', 'hello'],
    ['another boundary', '--C\r\n\r\nx\r\n--C--'],
    ['an end in the headers', '--B\r\nContent-Disposition: form-data; name="a"\r\n'],
    ['an end in a part', file('name="a"').slice(0, -2)],
    ['an end before the two dashes', `${file('name="a"')}--B`],
    ['a boundary that goes on', `--Bx\r\n\r\n`],
    ['a part without headers', `--B\r\n\r\nx\r\n--B--`],
    ['a part without a name', `${part('Content-Disposition: form-data')}--B--`],
    ['a part of another kind', `${part('Content-Disposition: attachment; name="a"')}--B--`],
    ['headers that never end', `--B\r\n${'x'.repeat(9_000)}`],
    [
      'headers that are too long',
      `${part(`X-Y: ${'y'.repeat(9_000)}\r\nContent-Disposition: form-data; name="a"`)}--B--`,
    ],
    ['a preamble that is too long', `${'p'.repeat(5_000)}\r\n--B--`],
  ])('with %s is refused, in one piece or in many', async (_, form) => {
    await expect(readAll(form)).rejects.toEqual(refused);
    await expect(readAll(form, 'B', [1])).rejects.toEqual(refused);
  });

  it('is read no further than its parts are', async () => {
    let taken = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from('--B\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n');
      for (;;) {
        taken++;
        yield Buffer.alloc(1_000);
      }
    }
    for await (const { bytes } of formParts(endless(), 'B')) {
      await bytes.next();
      await bytes.next();
      break;
    }
    expect(taken).toBeLessThan(5);
  });
});

describe('the name of a file', () => {
  it.each([
    ['name="file"; filename="a.txt"', 'a.txt'],
    ['name=file; filename=a.txt', 'a.txt'],
    ['name="file"; filename=""', ''],
    ['name="file"', undefined],
    ['name="file"; filename="naïve — 日本.txt"', 'naïve — 日本.txt'],
    ['name="file"; filename="a\\"b\\\\c.txt"', 'a"b\\c.txt'],
    ['name="file"; filename="C:\\dir\\a.txt"', 'C:\\dir\\a.txt'],
    ['name="file"; filename="a;b.txt"', 'a;b.txt'],
    [`name="file"; filename="x"; filename*=UTF-8''na%C3%AFve.txt`, 'naïve.txt'],
    [`name="file"; filename="x"; filename*=UTF-8''%E0%A4`, 'x'],
    ['name="file"; filename="first"; filename="second"', 'first'],
    [`name="file"; filename="${'\\\\'.repeat(3_000)}`, ''],
  ])('%#: is read as it was sent', async (parameters, fileName) => {
    expect(await only(file(parameters))).toMatchObject({ name: 'file', fileName });
  });
});

describe('a boundary', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data; charset=utf-8; BOUNDARY="a b;c"', 'a b;c'],
    ['multipart/form-data;boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW', '----WebKitFormBoundary7MA4YWxkTrZu0gW'],
  ])('is named by %s', (type, boundary) => expect(boundaryOf(type)).toBe(boundary));

  it.each(['multipart/form-data', 'multipart/form-data; boundary=', `multipart/form-data; boundary=${'x'.repeat(71)}`])(
    'is missing in %s',
    (type) => expect(() => boundaryOf(type)).toThrow(refused as unknown as Error),
  );
});
