// The path of a request as the router sees it, so that an odd spelling of /api is still /api.

/** Origin form of a request target: proxies may send `http://host/path`. */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return '/';
  const { pathname, search } = new URL(target);
  return `${pathname}${search}`;
}

/** The decoded path; undefined for one that cannot be decoded. */
export function pathOf(target: string): string | undefined {
  try {
    return decodeURIComponent(originForm(target).split(/[?#]/, 1)[0] ?? '/');
  } catch {
    return undefined;
  }
}

/** True for `/api`, `/api/x`, not for `/apix`. */
export const isUnder = (prefix: string, path: string): boolean => path === prefix || path.startsWith(`${prefix}/`);
