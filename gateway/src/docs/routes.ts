// What the gateway answers, read from its own controllers: paths, schemas, who is let in. So nothing that is made of it can miss a route.
import { RequestMethod, type Type } from '@nestjs/common';
import {
  GUARDS_METADATA,
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { z } from 'zod';
import { AdminGuard } from '../admin/admin.guard.js';
import { ACCESS, type Level } from '../http/auth.guard.js';

export interface Route {
  method: string;
  /** As the router knows it: `/api/rooms/:room`. */
  path: string;
  /** Of an answer when all is well, unless the controller says otherwise. */
  status: number;
  who: 'everybody' | 'users' | 'administrators';
  /** Schemas it is checked by, where it has one; of `params` by name. */
  params: Record<string, z.ZodType>;
  body?: z.ZodType;
  query?: z.ZodType;
}

/** What Nest calls the places of arguments (`RouteParamtypes`). */
const places = { body: '3', query: '4', params: '5' } as const;

const metadata = (key: unknown, target: object, property?: string): unknown =>
  property === undefined ? Reflect.getMetadata(key, target) : Reflect.getMetadata(key, target, property);

/** Every route of these controllers, in the order in which they stand. */
export const routesOf = (controllers: readonly Type[]): Route[] => controllers.flatMap(routesOfOne);

function routesOfOne(controller: Type): Route[] {
  const bases = [metadata(PATH_METADATA, controller)].flat().map(String);
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (name === 'constructor' || typeof handler !== 'function') return [];
    const paths = metadata(PATH_METADATA, handler);
    if (paths === undefined) return [];
    const method = RequestMethod[Number(metadata(METHOD_METADATA, handler))] ?? 'GET';
    const status = Number(metadata(HTTP_CODE_METADATA, handler) ?? (method === 'POST' ? 201 : 200));
    const rest = { method, status, who: whoMay(controller, handler), ...schemasOf(controller, name) };
    return bases.flatMap((base) => [paths].flat().map((path) => ({ path: joined(base, String(path)), ...rest })));
  });
}

function whoMay(controller: Type, handler: object): Route['who'] {
  const level = (metadata(ACCESS, handler) ?? metadata(ACCESS, controller)) as Level | undefined;
  if (level !== undefined) return 'everybody';
  const guards = [metadata(GUARDS_METADATA, handler), metadata(GUARDS_METADATA, controller)].flat();
  return guards.includes(AdminGuard) ? 'administrators' : 'users';
}

function schemasOf(controller: Type, handler: string): Pick<Route, 'params' | 'body' | 'query'> {
  const found = Object.entries(
    (metadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<string, { data?: unknown; schema?: unknown }>,
  );
  const at = (place: keyof typeof places): [string, z.ZodType][] =>
    found.flatMap(([key, { data, schema }]) =>
      key.startsWith(`${places[place]}:`) && schema instanceof z.ZodType ? [[String(data), schema]] : [],
    );
  const [[, body] = [], [, query] = []] = [at('body')[0], at('query')[0]];
  return { params: Object.fromEntries(at('params')), ...(body && { body }), ...(query && { query }) };
}

const joined = (...parts: string[]): string =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
