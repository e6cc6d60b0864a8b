import { nkeys } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { newSeed, publicKeyOf, signerOf } from '../nkeys.mjs';

const bytes = (text: string) => new TextEncoder().encode(text);

it('makes seeds that NATS reads as the user they are, and signs as it does', () => {
  const seeds = Array.from({ length: 4 }, newSeed);
  expect(new Set(seeds).size).toBe(4);
  for (const seed of seeds) {
    expect(seed).toMatch(/^SU[A-Z2-7]{56}$/);
    const theirs = nkeys.fromSeed(bytes(seed));
    expect(publicKeyOf(seed)).toBe(theirs.getPublicKey());
    const { nkey, sig } = signerOf(seed)('a nonce');
    expect(nkey).toBe(publicKeyOf(seed));
    expect(theirs.verify(bytes('a nonce'), Buffer.from(sig, 'base64url'))).toBe(true);
  }
});

it('refuses what is no seed of a user, or has a slip in it', () => {
  const seed = newSeed();
  const slip = seed.slice(0, 20) + (seed[20] === 'A' ? 'B' : 'A') + seed.slice(21);
  const account = new TextDecoder().decode(nkeys.createAccount().getSeed());
  for (const wrong of ['', 'x', slip, publicKeyOf(seed), account]) expect(() => publicKeyOf(wrong)).toThrow();
});
