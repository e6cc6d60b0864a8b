/** The seed of a new user's key: SU and 56 letters, a secret. */
export declare function newSeed(): string;

/**
 * The public key that nats-server is told: U and 55 letters.
 *
 * @throws Error when it is no seed of a user
 */
export declare function publicKeyOf(seed: string): string;

/**
 * Answers the nonce with which nats-server greets, as the key of this seed.
 *
 * @throws Error when it is no seed of a user
 */
export declare function signerOf(seed: string): (nonce?: string) => { nkey: string; sig: string };
