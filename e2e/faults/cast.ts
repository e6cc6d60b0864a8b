// Who takes part: two of every service, three ws-gateways, the database and the bus.
export const REPLICAS = {
  'auth-service': 2,
  'room-service': 2,
  'session-service': 2,
  'notification-service': 2,
  gateway: 2,
} as const;
export const WS_GATEWAYS = 3;

export const doors = ['ws-1', 'ws-2', 'ws-3'] as const;
export const fronts = ['gateway-1', 'gateway-2'] as const;
export const behind = [
  'auth-1',
  'auth-2',
  'room-1',
  'room-2',
  'session-1',
  'session-2',
  'notification-1',
  'notification-2',
] as const;
/** Every process of ours. */
export const services: readonly string[] = [...behind, ...doors, ...fronts];
export const everything: readonly string[] = ['postgres', 'nats', ...services];

/** The wires that a fault may cut, named `<who connects>-<to whom>`. */
export const wires: readonly string[] = [
  ...services.map((part) => `${part}-nats`),
  ...['auth', 'room', 'notification'].flatMap((short) => [`${short}-1-postgres`, `${short}-2-postgres`]),
  'clients-front',
  ...doors.flatMap((door) => [`gateway-1-${door}`, `clients-${door}`]),
];
