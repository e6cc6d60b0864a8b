// The one block that stands before each entry of a tar archive (POSIX ustar, and GNU's form of sizes from 8 GiB on), so that an archive
// can be listed and unpacked by any `tar`.

export const BLOCK = 512;
const NAME_BYTES = 100;
const OCTAL_MAX = 0o77777777777;
const SIZE_AT = 124;
const BINARY_SIZE = 0x80;
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;

export interface Entry {
  readonly name: string;
  /** Bytes of its content, which is followed by zeros up to the next whole block. */
  readonly size: number;
}

/** @throws RangeError when the name is longer than 100 bytes */
export function tarHeader({ name, size }: Entry, madeAtMs: number): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES) throw new RangeError(`${name} is too long a name for an archive`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write('0000600\0', 100); // mode
  block.write('0000000\0', 108); // owner
  block.write('0000000\0', 116); // group
  if (size <= OCTAL_MAX) block.write(`${size.toString(8).padStart(11, '0')}\0`, SIZE_AT);
  else {
    block.writeUInt8(BINARY_SIZE, SIZE_AT);
    block.writeBigUInt64BE(BigInt(size), SIZE_AT + 4);
  }
  block.write(
    `${Math.floor(madeAtMs / 1000)
      .toString(8)
      .padStart(11, '0')}\0`,
    136,
  );
  block.write('0', 156); // a file
  block.write('ustar\x0000', 257);
  block.write(checksum(block), CHECKSUM_AT);
  return block;
}

/** Null when the block is none of ours: damaged, or not the start of an entry. */
export function readTarHeader(block: Buffer): Entry | null {
  if (block.length !== BLOCK || block.toString('latin1', 257, 263) !== 'ustar\0') return null;
  if (block.toString('latin1', CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES) !== checksum(block)) return null;
  const name = block.toString('utf8', 0, block.indexOf(0));
  const size =
    block[SIZE_AT] === BINARY_SIZE
      ? Number(block.readBigUInt64BE(SIZE_AT + 4))
      : Number.parseInt(block.toString('latin1', SIZE_AT, SIZE_AT + 11), 8);
  return Number.isSafeInteger(size) && size >= 0 && name !== '' ? { name, size } : null;
}

/** How many zeros follow a content of this size. */
export const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** The sum of all bytes, with blanks where the sum itself stands, as it stands there. */
function checksum(block: Buffer): string {
  let sum = CHECKSUM_BYTES * 0x20;
  for (const [at, byte] of block.entries()) if (at < CHECKSUM_AT || at >= CHECKSUM_AT + CHECKSUM_BYTES) sum += byte;
  return `${sum.toString(8).padStart(6, '0')}\0 `;
}
