// The documents, docs/protocol.md and the code say the same: what one of them has, the others have.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { errorCatalogue } from '@natter/contracts/errors';
import { clientFrames, serverFrames } from '@natter/contracts/frames';
import { describe, expect, it } from 'vitest';
import { controllers } from '../app.module.js';
import { ApiDocs } from './api-docs.js';
import { described } from './described.js';
import { routesOf } from './routes.js';

const docs = new ApiDocs(controllers);
const routes = routesOf(controllers).map(({ method, path }) => `${method} ${path}`);
const protocol = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

/** Paths whatever they call what they name. */
const bare = (route: string): string => route.replace(/:\w+|\{\w+\}/g, '{}');

/** `GET /api/rooms/{room}/bans` · `DELETE /bans/{user}`: a path that does not begin at the root takes the place of the last part. */
function routesIn(page: string): string[] {
  return [...page.matchAll(/^\| ((?:GET|POST|PUT|PATCH|DELETE) `\/[^|]*) \|/gm)].flatMap(([, cell = '']) => {
    let [method, before] = ['', ''];
    return cell.split(' · ').map((part) => {
      const [, verb = method, path = ''] = /^(?:([A-Z]+) )?`([^`]+)`$/.exec(part) ?? [];
      method = verb;
      before = /^\/(api\/|healthz|readyz)/.test(path) ? path : `${before.replace(/\/[^/]+$/, '')}${path}`;
      return `${method} ${before}`;
    });
  });
}

/** Every reference of a document. */
const references = (document: unknown): string[] =>
  [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);

const leads = (document: object, path: string): boolean =>
  path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document) !==
  undefined;

describe('the description of the calls', () => {
  it('has every route of the gateway and no other', () => {
    expect(Object.keys(described).sort()).toEqual([...routes].sort());
    const shown = Object.entries(docs.openApi.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(shown.map(bare).sort()).toEqual(routes.map(bare).sort());
  });

  it('has the routes that docs/protocol.md lists and no other', () => {
    expect(routesIn(protocol).map(bare).sort()).toEqual(routes.map(bare).sort());
  });

  it('names each call once, and nothing that is not there', () => {
    const ids = Object.values(docs.openApi.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(routes.length);
    for (const path of references(docs.openApi)) expect(leads(docs.openApi, path), path).toBe(true);
  });

  it('says what a call takes, who may make it, and how it is answered', () => {
    const { post } = docs.openApi.paths['/api/rooms/{room}/messages'] ?? {};
    expect(post).toMatchObject({
      security: [{ bearer: [] }, { cookie: [] }],
      requestBody: { required: true, content: { 'application/json': { schema: { required: ['body'] } } } },
      responses: { 200: {}, 201: {}, 404: {}, 409: {}, 422: {}, 429: {} },
    });
    expect(post?.parameters.map(({ name }) => name)).toEqual(['room', 'Idempotency-Key']);
    const { get } = docs.openApi.paths['/api/search/messages'] ?? {};
    expect(get?.parameters.map(({ name, required }) => [name, required])).toEqual([
      ['q', true],
      ['room', false],
      ['from', false],
      ['before_ts', false],
      ['limit', false],
      ['cursor', false],
    ]);
    expect(get?.parameters.find(({ name }) => name === 'limit')?.schema).toMatchObject({
      minimum: 1,
      maximum: 100,
      default: 50,
    });
  });

  it('answers with statuses of the catalogue only', () => {
    const known = new Set(Object.values(errorCatalogue).map(({ httpStatus }) => String(httpStatus)));
    const shown = Object.values(docs.openApi.paths).flatMap((path) =>
      Object.values(path).flatMap(({ responses }) => Object.keys(responses)),
    );
    expect(shown.filter((status) => Number(status) >= 400 && !known.has(status))).toEqual([]);
  });
});

describe('the description of the socket', () => {
  it('has every frame of the contract and no other', () => {
    const named = (side: string): string[] =>
      Object.keys(docs.asyncApi.components.messages)
        .filter((name) => name.startsWith(`${side}.`))
        .map((name) => name.slice(side.length + 1));
    expect(named('client')).toEqual([...Object.keys(clientFrames), 'text']);
    expect(named('server')).toEqual(Object.keys(serverFrames));
  });

  it('names nothing that is not there', () => {
    expect(references(docs.asyncApi).length).toBeGreaterThan(60);
    for (const path of references(docs.asyncApi)) expect(leads(docs.asyncApi, path), path).toBe(true);
  });
});

describe('the pages', () => {
  it('show every call and every frame, and need neither scripts nor styles of their own', () => {
    for (const route of routes) {
      const [method, path = ''] = route.split(' ');
      expect(docs.restPage).toContain(`>${method}</b> <code>${path.replace(/:(\w+)/g, '{$1}')}</code>`);
    }
    for (const type of [...Object.keys(clientFrames), ...Object.keys(serverFrames)])
      expect(docs.socketPage).toContain(`<code>${type}</code>`);
    for (const page of [docs.restPage, docs.socketPage]) {
      expect(page).not.toMatch(/<script|<style|style=|https?:\/\//);
      for (const [, id = ''] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${id}"`);
    }
  });
});
