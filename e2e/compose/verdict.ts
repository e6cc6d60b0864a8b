// No new sends; everybody gets everything; and then what clients saw is held against the database and REST.
import { check } from '../faults/after-checks.js';
import type { FlawKind } from '../faults/flaw.js';
import { told } from './exits.js';
import { demand, type Step } from './step.js';
import { loadOf } from './under-load.js';

/** The checks' own spans are meant for a machine that does nothing else. */
const PATIENCE = 4;
const COUNTED: readonly FlawKind[] = ['lost', 'doubled', 'out_of_order', 'hole', 'phantom', 'missing'];
const SHOWN = 20;
/** Of the members, who looks after the restore; the first two are in every room. */
const WITNESSES = 4;

export const loadOff: Step = {
  name: 'load off, and count',
  async act(stage) {
    const { ground, cursors, flaws, say, installation } = stage;
    const load = loadOf(stage);
    await load.quiet();
    await installation.whenWell();
    const exits = ground.exits.take();
    demand(exits.length === 0, `there ended ${told(exits)}`);
    flaws.push(...(await check(ground, load, cursors, Date.now(), PATIENCE)));
    const { acked, history } = load;
    const counts = COUNTED.map(
      (kind) => `${flaws.filter((flaw) => flaw.kind === kind).length} ${kind.replaceAll('_', ' ')}`,
    );
    const seen = `${acked.toLocaleString('en')} acked, ${history.deliveries.toLocaleString('en')} delivered: ${counts.join(', ')}`;
    for (const { kind, room, seq, says } of flaws.slice(0, SHOWN)) {
      say(`  ${kind}: ${says}`);
      if (room !== undefined && seq !== undefined) for (const line of history.around(room, seq)) say(`    ${line}`);
    }
    demand(flaws.length === 0, `${flaws.length} findings: ${seen}`);
    await load.end();
    stage.witnesses = [...load.members.slice(0, WITNESSES).map(({ person }) => person), load.absent];
    delete stage.load;
    return `${seen}; ${load.refusedFiles} uploads answered 503 or not at all`;
  },
};
