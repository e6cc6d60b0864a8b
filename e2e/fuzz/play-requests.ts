// Asks one batch of requests, one after another as a client with one connection does, and holds every answer against the contract.
import { wrongWithReply } from './answer-checks.js';
import { ANSWER_MS, type Field } from './field.js';
import type { RequestInput } from './requests.js';
import { HttpWire, type Outcome } from './wire-http.js';
import type { Face } from './world.js';

export async function playRequests(
  field: Field,
  face: Face,
  inputs: readonly RequestInput[],
  piece: string,
): Promise<void> {
  const { ports, tally } = field;
  let wire: HttpWire | undefined;
  for (const [at, input] of inputs.entries()) {
    if (wire?.isOpen !== true) {
      wire?.end();
      wire = await HttpWire.open(ports.front);
    }
    const askedMs = performance.now();
    const outcome = await wire.ask(input.data, input.method, ANSWER_MS);
    tally.took('request', performance.now() - askedMs, `${piece}.${at}: ${input.route}`);
    tally.add('requests');
    tally.add(`route ${input.route}`);
    judge(field, outcome, input, `${piece}.${at}`);
    if (outcome.kind !== 'reply') continue;
    if (outcome.reply.status === 401 && input.isSignedIn) face.isIll = true;
    if (/\bclose\b/.test(outcome.reply.headers.get('connection') ?? '')) wire.end();
  }
  wire?.end();
}

function judge({ tally, tell }: Field, outcome: Outcome, { data }: RequestInput, piece: string): void {
  if (outcome.kind === 'reply') {
    tally.add(`status ${outcome.reply.status}`);
    for (const wrong of wrongWithReply(outcome.reply)) tell({ ...wrong, piece, input: data });
    return;
  }
  tally.add(`status ${outcome.kind}`);
  if (outcome.kind === 'silent') tell({ kind: 'silent', says: 'neither answer nor close', piece, input: data });
  if (outcome.kind === 'no answer') tell({ kind: 'shape', says: outcome.says, piece, input: data });
}
