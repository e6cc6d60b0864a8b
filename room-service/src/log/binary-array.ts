// Arrays as PostgreSQL takes them in binary: an append brings thousands of them a second, and as text each payload would be quoted here
// and unquoted there, letter by letter. Format: array_recv in src/backend/utils/adt/arrayfuncs.c.

/** Oids of element types: src/include/catalog/pg_type.dat. */
const [bigintOid, intOid, textOid, doubleOid, uuidOid] = [20, 23, 25, 701, 2_950];
/** One dimension, nothing null; after that the element's type, how many, and that they count from 1. */
const headBytes = 20;
const intBytes = 4;
const numberBytes = 8;
const uuidBytes = 16;

/** @param list 32 bits each, with a sign */
export function intArray(list: ArrayLike<number>): Buffer {
  const array = begin(intOid, list.length, list.length * (4 + intBytes));
  const view = new DataView(array.buffer, array.byteOffset + headBytes);
  for (let i = 0; i < list.length; i++) {
    view.setInt32(i * (4 + intBytes), intBytes);
    view.setInt32(i * (4 + intBytes) + 4, list[i]!);
  }
  return array;
}

/** @param list safe integers */
export const bigintArray = (list: readonly number[]): Buffer =>
  numberArray(bigintOid, list, (view, at, value) => view.setBigInt64(at, BigInt(value)));

export const doubleArray = (list: readonly number[]): Buffer =>
  numberArray(doubleOid, list, (view, at, value) => view.setFloat64(at, value));

/** @param list uuids as text, 8-4-4-4-12 @throws RangeError when one is none */
export function uuidArray(list: readonly string[]): Buffer {
  const array = begin(uuidOid, list.length, list.length * (4 + uuidBytes));
  let at = headBytes;
  for (const uuid of list) {
    at = array.writeInt32BE(uuidBytes, at);
    if (array.write(uuid.replaceAll('-', ''), at, 'hex') !== uuidBytes) throw new RangeError('not a uuid');
    at += uuidBytes;
  }
  return array;
}

export function textArray(list: readonly string[]): Buffer {
  // No character of a string becomes more than three bytes.
  const array = begin(
    textOid,
    list.length,
    list.reduce((sum, text) => sum + 4 + text.length * 3, 0),
  );
  let at = headBytes;
  for (const text of list) {
    const bytes = array.write(text, at + 4);
    array.writeInt32BE(bytes, at);
    at += 4 + bytes;
  }
  return array.subarray(0, at);
}

function numberArray(
  oid: number,
  list: readonly number[],
  put: (view: DataView, at: number, value: number) => void,
): Buffer {
  const array = begin(oid, list.length, list.length * (4 + numberBytes));
  const view = new DataView(array.buffer, array.byteOffset + headBytes);
  for (const [i, value] of list.entries()) {
    view.setInt32(i * (4 + numberBytes), numberBytes);
    put(view, i * (4 + numberBytes) + 4, value);
  }
  return array;
}

function begin(elementOid: number, count: number, bytes: number): Buffer {
  const array = Buffer.allocUnsafe(headBytes + bytes);
  const head = [1, 0, elementOid, count, 1];
  for (const [index, word] of head.entries()) array.writeInt32BE(word, index * 4);
  return array;
}
