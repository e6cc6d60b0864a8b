// What a run needs before it begins, and what people do by REST while it goes on: asked again until it is done, as
// anybody would who is told 503. Only for what may be repeated.
import { until } from '../harness/wait.js';

const INSIST_MS = 120_000;
const EVERY_MS = 250;

/** @throws Error when it was not done within two minutes, with what was in the way last */
export const insist = <Made>(what: string, make: () => Promise<Made & {}>): Promise<Made & {}> =>
  until<Made & {}>(what, make, INSIST_MS, EVERY_MS);
