// The keys with which services sign in to NATS: Ed25519, written as NATS writes them («nkeys», https://github.com/nats-io/nkeys).
// Plain JavaScript without packages, so that secrets can be made before anything is installed or built; and by Node's own
// cryptography, since that of the client of NATS, in JavaScript, keeps the event loop for some 20 ms at every connect.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SEED = 18 << 3; // S
const USER = 20 << 3; // U
/** What stands before the 32 bytes of a private key of Ed25519 in PKCS #8. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @returns {string} the seed of a new user's key: SU and 56 letters, a secret */
export function newSeed() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(privateKey.export({ format: 'jwk' }).d, 'base64url');
  // A seed names two kinds, its own and that of its key: five bits each, over two bytes.
  const head = [SEED | (USER >> 5), (USER & 31) << 3];
  return written([...head, ...raw]);
}

/**
 * @param {string} seed
 * @returns {string} the public key that nats-server is told: U and 55 letters
 * @throws {Error} when it is no seed of a user
 */
export function publicKeyOf(seed) {
  const raw = Buffer.from(createPublicKey(privateKeyOf(seed)).export({ format: 'jwk' }).x, 'base64url');
  return written([USER, ...raw]);
}

/**
 * @param {string} seed
 * @returns {(nonce?: string) => { nkey: string, sig: string }} answers the nonce with which nats-server greets
 * @throws {Error} when it is no seed of a user
 */
export function signerOf(seed) {
  const key = privateKeyOf(seed);
  const nkey = publicKeyOf(seed);
  return (nonce) => ({ nkey, sig: nonce ? sign(null, Buffer.from(nonce), key).toString('base64url') : '' });
}

function privateKeyOf(seed) {
  const bytes = read(seed);
  const isSeed = bytes.length === 34 && bytes[0] === (SEED | (USER >> 5)) && bytes[1] === (USER & 31) << 3;
  if (!isSeed) throw new Error('not the seed of a user');
  const der = Buffer.concat([PKCS8_HEAD, bytes.subarray(2)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** Base32 of the bytes and their checksum. */
function written(bytes) {
  const sum = checksum(bytes);
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of [...bytes, sum & 255, sum >> 8]) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}

function read(text) {
  const bytes = [];
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw new Error('not an nkey');
    held = (held << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(held >> bits);
    held &= (1 << bits) - 1;
  }
  const high = bytes.pop() ?? 0;
  const low = bytes.pop() ?? 0;
  if (checksum(bytes) !== ((high << 8) | low)) throw new Error('an nkey with a slip in it');
  return Buffer.from(bytes);
}

/** CRC-16/XMODEM. */
function checksum(bytes) {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let i = 0; i < 8; i++) sum = sum & 0x8000 ? ((sum << 1) ^ 0x1021) & 0xffff : sum << 1;
  }
  return sum;
}
