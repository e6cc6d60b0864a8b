// The path of a request as the router sees it, so that an odd spelling of /api is still /api.

/** Origin form of a request target: proxies may send `http://host/path`. */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return '/';
  const { pathname, search } = new URL(target);
  return `${pathname}${search}`;
}

/** The decoded path; undefined for one that cannot be decoded. */
export const pathOf = (target: string): string | undefined => decoded(pathPart(target));

/** True for `/api`, `/api/x`, not for `/apix`. */
export const isUnder = (prefix: string, path: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

const pathPart = (target: string): string => originForm(target).split(/[?#]/, 1)[0] ?? '/';

/** True for a page whose path cannot be decoded: a mistyped link leads to the application like any other. */
export function isBrokenPage(target: string): boolean {
  if (pathOf(target) !== undefined) return false;
  const first = pathOf(pathPart(target).split('/', 2).join('/'));
  return first !== '/api' && first !== '/ws';
}

/** The name of a parameter of the query that cannot be decoded; undefined when all can. */
export function brokenParameter(target: string): string | undefined {
  const query = originForm(target).split('#', 1)[0]?.split('?').slice(1).join('?') ?? '';
  const broken = query.split('&').find((part) => decoded(part) === undefined);
  if (broken === undefined) return undefined;
  return decoded(broken.split('=', 1)[0] ?? '') ?? '';
}

/** Undefined for what cannot be decoded. The result is used, not only the throw: a bundler may leave out a call that seems to do nothing. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
