// Where to go after signing in: only ever a path of this application.

/** The `next` of a query, or the rooms when it is missing or points elsewhere. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '';
  // `//host`, `/\host` and the like are other places to a browser.
  const isOwn = /^\/(?![/\\])/.test(next) && ![...next].some((char) => char < ' ' || char === '\\');
  return isOwn && !/^\/(login|register)\b/.test(next) ? next : '/rooms';
}
