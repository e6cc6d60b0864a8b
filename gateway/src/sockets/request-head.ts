// The head of a request, written anew for the next hop: what concerns only the last hop goes, what we know better is set.

/** As Node gives it: names and values in turn, as they came. */
interface Head {
  method?: string | undefined;
  rawHeaders: readonly string[];
}

const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
];
/** Named in `Connection` they stay all the same: without them it would be another request. */
const neverHopByHop = ['host', 'content-length', 'transfer-encoding', 'authorization', 'cookie', 'origin'];

/**
 * @param target in origin form
 * @param own headers that replace those of the same name
 */
export function writeHead(request: Head, target: string, own: Readonly<Record<string, string>>): Buffer {
  const pairs: [name: string, value: string][] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2)
    pairs.push([request.rawHeaders[at] ?? '', request.rawHeaders[at + 1] ?? '']);
  const named = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(','))
    .map((token) => token.trim().toLowerCase())
    .filter((token) => !neverHopByHop.includes(token));
  const gone = new Set([...hopByHop, ...named, ...Object.keys(own).map((name) => name.toLowerCase())]);
  const lines = [...pairs.filter(([name]) => !gone.has(name.toLowerCase())), ...Object.entries(own)];
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${request.method ?? 'GET'} ${target} HTTP/1.1\r\n${head}\r\n`, 'latin1');
}
