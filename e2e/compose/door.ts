// What nginx adds: headers of pages, compression, caching; and how it answers while there is nobody behind it.
import { demand, type Step } from './step.js';

interface Answer {
  status: number;
  text: string;
  header: (name: string) => string;
}

/** Every page and every asset says these. */
const HEADERS: readonly [string, RegExp][] = [
  ['content-security-policy', /^default-src 'self';script-src 'self';.*object-src 'none'.*frame-ancestors 'none'/],
  ['x-content-type-options', /^nosniff$/],
  ['x-frame-options', /^DENY$/],
  ['referrer-policy', /^no-referrer$/],
  ['cross-origin-resource-policy', /^same-origin$/],
];

export const door: Step = {
  name: 'the door',
  async act({ installation }) {
    const ask = async (path: string, headers: Record<string, string> = {}): Promise<Answer> => {
      const answer = await fetch(`${installation.url}${path}`, { headers: { 'accept-encoding': 'gzip', ...headers } });
      return { status: answer.status, text: await answer.text(), header: (name) => answer.headers.get(name) ?? '' };
    };
    const expect = (what: string, { header }: Answer, wanted: readonly [string, RegExp][]): void => {
      for (const [name, value] of wanted) demand(value.test(header(name)), `${what} has ${name} «${header(name)}»`);
    };
    const page = await ask('/');
    demand(page.status === 200, `/ answers ${page.status}`);
    expect('the page', page, [...HEADERS, ['cache-control', /^no-cache$/], ['etag', /./], ['server', /^nginx$/]]);
    const again = await ask('/', { 'if-none-match': page.header('etag') });
    demand(again.status === 304, `the page that one has is answered with ${again.status}`);
    const deep = await ask('/chat/anything');
    demand(deep.text === page.text, 'a path of the application is not the application');

    const assets = [...page.text.matchAll(/"(\/assets\/[^"]+\.(?:js|css))"/g)].map(([, path = '']) => path);
    demand(assets.length > 0, 'the page names no assets');
    for (const path of assets) {
      const asset = await ask(path);
      const kept: [string, RegExp] = ['cache-control', /^public, max-age=31536000, immutable$/];
      expect(path, asset, [...HEADERS, kept, ['content-encoding', /^gzip$/], ['vary', /Accept-Encoding/i]]);
    }
    demand((await ask('/assets/none.js')).status === 404, 'an asset that is not there is not 404');
    demand((await ask('/.env')).status === 404, 'a file with a dot is not 404');

    const refused = await ask('/api/rooms');
    demand(refused.status === 401, `/api/rooms answers a stranger ${refused.status}`);
    expect('a problem', refused, [
      ['content-type', /^application\/problem\+json/],
      ['x-request-id', /./],
    ]);
    const tokens = await ask('/api/auth/me');
    demand(tokens.header('content-encoding') === '', 'answers under /api/auth are compressed');
    const described = await ask('/api/docs/openapi.json');
    expect('a long answer', described, [['content-encoding', /^gzip$/]]);
    return `headers, ${assets.length} assets for a year and compressed, ETag, no file that is not meant; /api/auth not compressed`;
  },
};
