// The description of the contract, as it is served: to anybody, under the house's Content-Security-Policy.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${gateway.port}/api/docs${path}`);

it.each(['', '/socket'])('the page /api/docs%s is HTML that needs nothing but its style', async (path) => {
  const answer = await get(path);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(answer.headers.get('content-security-policy')).toMatch(/script-src 'self';style-src 'self'/);
  const page = await answer.text();
  const [, style = ''] = /<link rel="stylesheet" href="([^"]+)">/.exec(page) ?? [];
  expect(style).toBe('/api/docs/style.css');
});

it('the style, and both documents, come as what they are', async () => {
  expect((await get('/style.css')).headers.get('content-type')).toBe('text/css; charset=utf-8');
  const [rest, socket] = [await get('/openapi.json'), await get('/asyncapi.json')];
  expect(rest.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await rest.json()).toMatchObject({ openapi: '3.1.0', paths: { '/api/docs': {}, '/api/rooms/{room}': {} } });
  expect(await socket.json()).toMatchObject({ asyncapi: '3.0.0', channels: { chat: { address: '/ws' } } });
});
