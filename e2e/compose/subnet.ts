// A network of its own for what is tested: one that is in nobody's way.

/** As a number, and how many of its first bits count. */
function rangeOf(cidr: string): { from: number; to: number } | undefined {
  const [, address = '', bits = '32'] = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?$/.exec(cidr) ?? [];
  if (address === '') return undefined;
  const base = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(bits));
  const from = Math.floor(base / size) * size;
  return { from, to: from + size - 1 };
}

/**
 * The first /24 of 10.213.0.0/16 that overlaps with nothing.
 *
 * @param taken addresses and ranges in use; what is not IPv4 is left out
 */
export function freeSubnet(taken: readonly string[]): string {
  const ranges = taken.flatMap((cidr) => rangeOf(cidr) ?? []);
  for (let third = 0; third < 256; third += 1) {
    const subnet = `10.213.${third}.0/24`;
    const own = rangeOf(subnet);
    if (own && ranges.every(({ from, to }) => to < own.from || from > own.to)) return subnet;
  }
  throw new Error('there is no free network in 10.213.0.0/16');
}
