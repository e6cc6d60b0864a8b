/** Puts keys where `<seed of …>` and `<public key of …>` stand, a pair for each name, and a password where `<password>` does. */
export function withFreshSecrets(template: string): string;
