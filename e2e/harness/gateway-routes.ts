// What the gateway answers, read from its own code, with the schemas it checks by. A new route is fuzzed, and missed in the access
// matrix, from the day it is there.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';

export interface Route {
  method: string;
  /** As the router knows it: `/api/rooms/:room`. */
  path: string;
  /** Schemas of the body and of the query, where it has one. */
  body?: z.ZodType;
  query?: z.ZodType;
}

/** @throws Error when the gateway has not been built */
export async function readRoutes(): Promise<Route[]> {
  const folder = dirname(createRequire(import.meta.url).resolve('@natter/gateway/package.json'));
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(folder, 'dist', file)).href);
  const { controllers } = (await load('app.module.js')) as { controllers: readonly unknown[] };
  const { routesOf } = (await load('docs/routes.js')) as { routesOf: (controllers: readonly unknown[]) => Route[] };
  return routesOf(controllers);
}
