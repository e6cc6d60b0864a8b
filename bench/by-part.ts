// Figures by part of a server: CPU-seconds, bytes.

export const total = (byPart: ReadonlyMap<string, number>): number =>
  [...byPart.values()].reduce((sum, one) => sum + one, 0);

/** Of those that hold clients' sockets. */
export const ofDoors = (byPart: ReadonlyMap<string, number>): number =>
  total(new Map([...byPart].filter(([name]) => /^(ws|socketio|raw|nginx)/.test(name))));
