import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { RouteTable } from './route-table.js';
import { isUnder, originForm, pathOf } from './target.js';

describe('the route table', () => {
  it('knows the methods of a path, HEAD with GET', async () => {
    const instance = fastify();
    const routes = new RouteTable();
    routes.watch(instance);
    instance.get('/api/rooms', () => '');
    instance.post('/api/rooms', () => '');
    instance.delete('/api/rooms/:room', () => '');
    await instance.ready();
    expect(routes.methodsOf('/api/rooms')).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST']);
    expect(routes.methodsOf('/api/rooms/x')).toEqual(['DELETE', 'OPTIONS']);
    for (const path of ['/api', '/api/rooms/', '/api/rooms/x/y', '/apixrooms'])
      expect(routes.methodsOf(path)).toEqual([]);
  });
});

describe('a request target', () => {
  it('is a path, however it is written', () => {
    expect(originForm('http://evil.example/ws?a=1')).toBe('/ws?a=1');
    expect(originForm('*')).toBe('/');
    expect(pathOf('/%61pi/rooms?x=%zz')).toBe('/api/rooms');
    expect(pathOf('/%zz')).toBeUndefined();
  });

  it('is under a prefix only at a slash', () => {
    expect([isUnder('/ws', '/ws'), isUnder('/ws', '/ws/a'), isUnder('/ws', '/wsx')]).toEqual([true, true, false]);
  });
});
