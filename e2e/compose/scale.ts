// More ws-gateways, and fewer again, while everybody talks: the new ones get sockets, those that go let theirs go one by one.
import { told } from './exits.js';
import { REPLICAS } from './installation.js';
import { demand, type Stage, type Step } from './step.js';
import { loadOf, underLoad } from './under-load.js';

const FEW = REPLICAS['ws-gateway'] ?? 1;
const MANY = 4;
const manyReplicas = { 'ws-gateway': MANY };
const DRAINING = 4503;

const scaleTo = ({ installation }: Stage, count: number): Promise<string> =>
  installation.compose([
    'up',
    '--detach',
    '--no-build',
    '--no-recreate',
    '--scale',
    `ws-gateway=${count}`,
    'ws-gateway',
  ]);

export const scaleUp: Step = {
  name: `ws-gateways ${FEW} → ${MANY}`,
  async act(stage) {
    const load = loadOf(stage);
    const before = load.acked;
    const grown = await underLoad(stage, () => scaleTo(stage, MANY), manyReplicas);
    // Sockets stay where they are when a gateway comes: every second client comes anew.
    const cut = async (): Promise<void> => load.clients.forEach((client, n) => n % 2 === 0 && client.cut());
    const moved = await underLoad(stage, cut, manyReplicas);
    const exits = [...grown.exits, ...moved.exits];
    demand(exits.length === 0, `there ended ${told(exits)}`);
    const sockets = await socketsByGateway(stage);
    demand(sockets.size === MANY, `of ${MANY} ws-gateways only ${sockets.size} have sockets`);
    const counts = [...sockets.values()].sort((a, b) => b - a).join(' + ');
    return `${load.acked - before} acked; ${counts} sockets; whole after ${grown.wholeMs} and ${moved.wholeMs} ms`;
  },
};

export const scaleDown: Step = {
  name: `ws-gateways ${MANY} → ${FEW}`,
  async act(stage) {
    const load = loadOf(stage);
    const [before, from] = [load.acked, load.history.facts.length];
    const { exits, wholeMs } = await underLoad(stage, () => scaleTo(stage, FEW));
    const isOrderly = exits.every(({ service, code }) => service === 'ws-gateway' && code === 0);
    demand(exits.length === MANY - FEW && isOrderly, `there ended ${told(exits)}`);
    const codes = load.history.facts.slice(from).flatMap((fact) => (fact.kind === 'closed' ? [fact.code] : []));
    const impolite = codes.filter((code) => code !== DRAINING);
    demand(codes.length > 0 && impolite.length === 0, `of ${codes.length} sockets some closed with ${impolite.join()}`);
    return `${load.acked - before} acked, ${codes.length} sockets told to go (${DRAINING}), exit 0; whole after ${wholeMs} ms`;
  },
};

/** How many sockets of the members each ws-gateway holds. */
async function socketsByGateway(stage: Stage): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { person, client } of loadOf(stage).members) {
    const own = (await person.connections()).filter(({ id }) => id === client.connectionId);
    for (const { gateway } of own) counts.set(gateway, (counts.get(gateway) ?? 0) + 1);
  }
  return counts;
}
