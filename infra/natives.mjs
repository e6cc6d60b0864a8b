/** Packages with machine code: they are in no bundle, but stay where npm put them. */
export const NATIVE = ['@node-rs/argon2', 'sharp'];
