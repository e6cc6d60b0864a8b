/**
 * A fault that one sentence can explain to the person at the terminal.
 * `npm start` prints its message alone; any other error is a bug and keeps its stack.
 */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
}
