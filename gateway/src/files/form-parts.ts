// A multipart/form-data body (RFC 7578, RFC 2046) as its parts come, never held whole. Whoever reads pulls: a part's bytes are read
// from the connection no faster than they are taken. All that is bounded is bounded here; whatever breaks the grammar is 400.
import { NatterError } from '@natter/contracts/errors';

/** Before the first boundary, and one part's headers. */
const maxPreambleBytes = 4_096;
const maxHeaderBytes = 8_192;

const lineEnd = Buffer.from('\r\n');
const headersEnd = Buffer.from('\r\n\r\n');

export interface Part {
  /** Of the form's field. */
  name: string;
  /** As it was sent; undefined for a field that is no file. */
  fileName: string | undefined;
  /** To be read to its end before the next part is asked for; what is left is skipped. */
  bytes: AsyncGenerator<Buffer, void, undefined>;
}

const broken = (detail: string): NatterError => new NatterError('bad_request', { detail: `the form ${detail}` });

/** The boundary that a content type names. @throws NatterError `bad_request` when it names none */
export function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain ?? '';
  if (/^[ -~]{0,69}[!-~]$/.test(boundary)) return boundary;
  throw new NatterError('bad_request', { detail: 'multipart/form-data: a boundary of 1–70 characters' });
}

/**
 * The parts of a form, in order.
 *
 * @param body chunks as they come; what it throws goes through
 * @throws NatterError `bad_request`: not a form, or one that ends before its last boundary
 */
export async function* formParts(body: AsyncIterable<Buffer>, boundary: string): AsyncGenerator<Part, void, undefined> {
  const input = new Input(body);
  // The first boundary may stand at the very beginning, where no line ends before it.
  input.unread(lineEnd);
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  await skip(upTo(input, delimiter, maxPreambleBytes));
  while (await opensPart(input)) {
    const header = await input.readThrough(headersEnd, maxHeaderBytes);
    const bytes = upTo(input, delimiter, Number.POSITIVE_INFINITY);
    yield { ...describe(header), bytes };
    await skip(bytes);
  }
}

/** After a boundary: a line end opens a part, two dashes end the form, and what follows them is nobody's. */
async function opensPart(input: Input): Promise<boolean> {
  if ((await input.peek(2)).toString('latin1') === '--') return false;
  const padding = await input.readThrough(lineEnd, 128);
  if (!/^[ \t]*$/.test(padding)) throw broken('has a boundary that goes on');
  // The line end that closes the boundary's line may be the first half of the empty one that ends no headers at all.
  input.unread(lineEnd);
  return true;
}

/** What comes before the delimiter, which is passed over. */
async function* upTo(input: Input, delimiter: Buffer, maxBytes: number): AsyncGenerator<Buffer, void, undefined> {
  let taken = 0;
  for (;;) {
    const at = input.buffer.indexOf(delimiter);
    // The end of what is here may be the beginning of a delimiter.
    const length = at >= 0 ? at : input.buffer.length - delimiter.length + 1;
    if (length > 0) {
      taken += length;
      if (taken > maxBytes) throw broken('does not begin with its boundary');
      yield input.take(length);
    }
    if (at >= 0) {
      input.take(delimiter.length);
      return;
    }
    await input.more();
  }
}

async function skip(bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of bytes);
}

function describe(header: string): { name: string; fileName: string | undefined } {
  const line = /(?:^|\r\n)content-disposition:[ \t]*form-data[ \t]*((?:;.*)?)(?:\r\n|$)/i.exec(header)?.[1];
  const parameters = new Map<string, string>();
  const each = /;[ \t]*([\w-]+\*?)=(?:"((?:\\["\\]|[^"\\]|\\(?!["\\]))*)"|([^;"]*))/g;
  for (const [, key = '', quoted, plain] of (line ?? '').matchAll(each)) {
    const value = quoted?.replace(/\\(["\\])/g, '$1') ?? plain?.trim() ?? '';
    if (!parameters.has(key.toLowerCase())) parameters.set(key.toLowerCase(), value);
  }
  const name = parameters.get('name');
  if (name === undefined) throw broken('has a part without a name');
  return { name, fileName: extended(parameters.get('filename*')) ?? parameters.get('filename') };
}

/** `UTF-8''na%C3%AFve.txt`, which RFC 7578 forbids here and clients send all the same. */
function extended(value: string | undefined): string | undefined {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value ?? '')?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/** What has come and is not taken yet. */
class Input {
  buffer: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Buffer>;

  constructor(body: AsyncIterable<Buffer>) {
    this.chunks = body[Symbol.asyncIterator]();
  }

  /** @throws NatterError `bad_request` when there is no more */
  async more(): Promise<void> {
    const { done, value } = await this.chunks.next();
    if (done === true) throw broken('ends before its last boundary');
    this.buffer = this.buffer.length === 0 ? value : Buffer.concat([this.buffer, value]);
  }

  take(length: number): Buffer {
    const taken = this.buffer.subarray(0, length);
    this.buffer = this.buffer.subarray(length);
    return taken;
  }

  unread(bytes: Buffer): void {
    this.buffer = Buffer.concat([bytes, this.buffer]);
  }

  async peek(length: number): Promise<Buffer> {
    while (this.buffer.length < length) await this.more();
    return this.buffer.subarray(0, length);
  }

  /** The text before `end`, which is passed over. */
  async readThrough(end: Buffer, maxBytes: number): Promise<string> {
    let from = 0;
    for (;;) {
      const at = this.buffer.indexOf(end, from);
      if (at > maxBytes || (at < 0 && this.buffer.length > maxBytes + end.length))
        throw broken('has headers that are too long');
      if (at >= 0) {
        const text = this.take(at).toString('utf8');
        this.take(end.length);
        return text;
      }
      from = Math.max(0, this.buffer.length - end.length);
      await this.more();
    }
  }
}
