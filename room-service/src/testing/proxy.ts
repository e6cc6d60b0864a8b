// A network between a part and its database that a test can cut, freeze and mend.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy {
  url: string;
  /** Ends every connection at the part's side; the database does not notice before it answers. New ones are refused. */
  cut: () => void;
  /** Nothing passes any more, and nobody is told. */
  freeze: () => void;
  mend: () => void;
  close: () => void;
}

export async function startProxy(databaseUrl: string): Promise<Proxy> {
  const target = new URL(databaseUrl);
  const near = new Set<Socket>();
  const far = new Set<Socket>();
  let state: 'open' | 'cut' | 'frozen' = 'open';
  const server = createServer((client) => {
    if (state === 'cut') return void client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    near.add(client);
    far.add(upstream);
    client.on('data', (data) => state === 'open' && upstream.write(data));
    upstream.on('data', (data) => state === 'open' && client.writable && client.write(data));
    upstream.on('close', () => client.destroy());
    client.on('close', () => near.delete(client));
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    cut: () => {
      state = 'cut';
      for (const client of near) client.destroy();
    },
    freeze: () => {
      state = 'frozen';
    },
    mend: () => {
      state = 'open';
    },
    close: () => {
      for (const socket of [...near, ...far]) socket.destroy();
      server.close();
    },
  };
}
