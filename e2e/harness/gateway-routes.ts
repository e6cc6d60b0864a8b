// What the gateway answers, read from the gateway itself: the controllers of its module, with the schemas they check by. A new
// route is fuzzed from the day it is there.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

export interface Route {
  method: string;
  /** As the router knows it: `/api/rooms/:room`. */
  path: string;
  /** Schemas of the body and of the query, where it has one. */
  body?: z.ZodType;
  query?: z.ZodType;
}

/** Nest writes these with its decorators; the numbers are its `RequestMethod` and `RouteParamtypes`. */
const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'ALL', 'OPTIONS', 'HEAD', 'SEARCH'];
const bodyArgument = '3';
const queryArgument = '4';

type Class = abstract new (...args: never[]) => unknown;

/** Nest's metadata; `reflect-metadata` comes with the gateway's own code. */
const metadata = (key: string, target: object, property?: string): unknown => {
  const { getMetadata } = Reflect as unknown as { getMetadata: (...args: unknown[]) => unknown };
  return property === undefined ? getMetadata(key, target) : getMetadata(key, target, property);
};

/** @throws Error when the gateway has not been built */
export async function readRoutes(): Promise<Route[]> {
  const folder = dirname(createRequire(import.meta.url).resolve('@natter/gateway/package.json'));
  const file = pathToFileURL(join(folder, 'dist/app.module.js')).href;
  const { AppModule } = (await import(file)) as { AppModule: Class };
  return [...new Set(controllersOf(AppModule))].flatMap(routesOf);
}

function controllersOf(module: unknown): Class[] {
  if (typeof module !== 'function') return [];
  const own = (metadata('controllers', module) ?? []) as Class[];
  return [...own, ...((metadata('imports', module) ?? []) as unknown[]).flatMap(controllersOf)];
}

function routesOf(controller: Class): Route[] {
  const bases = [metadata('path', controller)].flat().map(String);
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (name === 'constructor' || typeof handler !== 'function') return [];
    const paths = metadata('path', handler);
    if (paths === undefined) return [];
    const method = methods[Number(metadata('method', handler))] ?? 'GET';
    const schemas = schemasOf(controller, name);
    return bases.flatMap((base) =>
      [paths].flat().map((path) => ({ method, path: joined(base, String(path)), ...schemas })),
    );
  });
}

function schemasOf(controller: Class, handler: string): Pick<Route, 'body' | 'query'> {
  const found = (metadata('__routeArguments__', controller, handler) ?? {}) as Record<string, { schema?: unknown }>;
  const of = (argument: string): z.ZodType | undefined =>
    Object.entries(found)
      .filter(([key]) => key.startsWith(`${argument}:`))
      .map(([, { schema }]) => schema)
      .find((schema) => schema instanceof z.ZodType);
  const [body, query] = [of(bodyArgument), of(queryArgument)];
  return { ...(body && { body }), ...(query && { query }) };
}

const joined = (...parts: string[]): string =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
