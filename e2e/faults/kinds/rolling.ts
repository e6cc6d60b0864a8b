// Every process restarted in turn with SIGTERM, as in an upgrade: nobody may notice more than one goodbye a gateway (P18).
import { doors, fronts, services } from '../cast.js';
import { type Fault, HEAL_MS, type Strike } from '../fault.js';
import type { Field } from '../field.js';
import type { Load } from '../load.js';
import { shuffled } from './shuffled.js';

const EXIT_MS = 30_000;

export const rolling: Fault = {
  name: 'rolling',
  says: 'every process restarted in turn with SIGTERM, under load',
  healMs: HEAL_MS.service,
  plan: (lot, size) => {
    const parts = shuffled(lot, services);
    const some = size.isQuick ? [lot.pick(doors), lot.pick(fronts), 'room-1'] : parts;
    return some.map(
      (part): Strike => ({
        after: 40,
        says: `SIGTERM ${part}`,
        act: (field, load, size) => roll(field, load, part, size.patience),
      }),
    );
  },
};

async function roll(field: Field, load: Load, part: string, patience: number): Promise<void> {
  const from = load.history.facts.length;
  const end = await field.terminate(part, EXIT_MS * patience);
  if (end !== 'exit 0')
    throw new Error(`${part}, asked to end, ended with ${end ?? `nothing within ${EXIT_MS * patience} ms`}`);
  field.start(part);
  await field.system.stack.whenReady(part);
  const closes = new Map<string, number>();
  // Who waited at a door that was only just opening, and was asked to come again, had no connection to lose.
  const letIn = new Set<string>();
  for (const [index, fact] of load.history.facts.entries()) {
    if (fact.kind === 'positioned') letIn.add(fact.connection);
    if (fact.kind !== 'closed' || index < from || !letIn.has(fact.connection)) continue;
    const [client = ''] = fact.connection.split('#');
    closes.set(client, (closes.get(client) ?? 0) + 1);
  }
  const often = [...closes].filter(([, times]) => times > 1).map(([client, times]) => `${client} ${times} times`);
  if (often.length > 0) throw new Error(`${part} restarted: ${often.join(', ')} disconnected`);
}
