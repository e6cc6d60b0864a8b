/** Puts keys where `<seed of …>` and `<public key of …>` stand, a pair for each name. */
export function withFreshKeys(template: string): string;
