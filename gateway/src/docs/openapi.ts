// The REST part of the contract as OpenAPI 3.1: routes and schemas from the controllers, answers and errors from `described`.
import { type ErrorCode, errorCatalogue } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import type { z } from 'zod';
import { type Described, described, named } from './described.js';
import { type JsonSchema, SchemaWriter } from './json-schema.js';
import type { Route } from './routes.js';

export interface Operation {
  tags: string[];
  summary: string;
  operationId: string;
  security: Record<string, string[]>[];
  parameters: { name: string; in: string; required: boolean; schema: JsonSchema; description?: string }[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: JsonSchema }> }>;
}

export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; summary: string; description: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, JsonSchema> };
}

/** Codes that only sockets know, or that are told as another. */
const untold: readonly ErrorCode[] = ['internal', 'timeout', 'too_many_inflight', 'unknown_type', 'hello_first'];

const about = `Everything under \`/api\` answers errors as \`application/problem+json\` (RFC 9457): programs look at \`code\`. \
A body is JSON of at most ${limits.httpBodyBytes} bytes; fields nobody knows are ignored, and more may come in answers. \
Limits: ${limits.httpPerSecond} requests a second for one user, ${limits.httpBurst} at once, beyond that 429 with \`Retry-After\`. \
Browsers sign in by cookie and send \`X-Natter: 1\` with whatever changes something, else 403 \`csrf\`; bots send \`Authorization: Bearer\`. \
An \`Origin\` that is present and not allowed is 403 \`origin\`. The whole contract: docs/protocol.md.`;

const problem: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'request_id'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { enum: Object.keys(errorCatalogue).filter((code) => !untold.includes(code as ErrorCode)) },
    detail: { type: 'string', description: 'in words, for people' },
    request_id: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'code'],
        properties: { field: { type: 'string' }, code: { type: 'string' } },
      },
    },
  },
};

/** @param routes what the gateway answers; each must be `described` */
export function openApi(routes: readonly Route[]): OpenApi {
  const schemas = new SchemaWriter(named);
  const paths: OpenApi['paths'] = {};
  for (const route of routes) {
    const operations = (paths[route.path.replace(/:(\w+)/g, '{$1}')] ??= {});
    operations[route.method.toLowerCase()] = operation(route, describedOf(route), schemas);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Natter', version: '1', summary: 'Self-hosted real-time chat', description: about },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { ...schemas.definitions, Problem: problem },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-natter_access' },
      },
    },
  };
}

function describedOf({ method, path }: Route): Described {
  const found = described[`${method} ${path}`];
  if (found === undefined) throw new Error(`docs/described.ts does not know ${method} ${path}`);
  return found;
}

function operation(route: Route, what: Described, schemas: SchemaWriter): Operation {
  const body = requestBody(route, what, schemas);
  return {
    tags: [tagOf(route.path)],
    summary: `${what.does}${route.who === 'administrators' ? ' For administrators.' : ''}`,
    operationId: `${route.method.toLowerCase()}${route.path.replace(/[/:.]+(\w)/g, (_, first: string) => first.toUpperCase())}`,
    security: route.who === 'everybody' ? [] : [{ bearer: [] }, { cookie: [] }],
    parameters: parameters(route, what, schemas),
    ...(body && { requestBody: body }),
    responses: responses(route, what, schemas),
  };
}

const tagOf = (path: string): string => /^\/api\/([\w-]+)/.exec(path)?.[1] ?? 'health';

function parameters(route: Route, { takesKey }: Described, schemas: SchemaWriter): Operation['parameters'] {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const inPath = names.map((name) => {
    const schema = route.params[name];
    // Numbers in a path are text before they are understood, as in a query.
    const written =
      schema === undefined ? { type: 'string' } : schemas.write(schema, name === 'seq' ? 'output' : 'input');
    return { name, in: 'path', required: true, schema: written };
  });
  const inQuery = route.query === undefined ? [] : queryOf(route.query, schemas);
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: limits.idempotencyKeyChars },
    description: 'makes it safe to repeat, for 24 h',
  };
  return [...inPath, ...inQuery, ...(takesKey ? [key] : [])];
}

/** What a query holds is text: where a schema says nothing of what it takes, what it is understood as says more. */
function queryOf(query: z.ZodType, schemas: SchemaWriter): Operation['parameters'] {
  const [taken, understood] = [objectOf(schemas.write(query)), objectOf(schemas.write(query, 'output'))];
  return Object.entries(taken.properties ?? {}).map(([name, schema]) => {
    const isPlain = 'type' in schema || 'enum' in schema;
    const meant = understood.properties?.[name] ?? {};
    const preset = 'default' in meant && { default: meant['default'] };
    const required = (taken.required ?? []).includes(name) && preset === false;
    return { name, in: 'query', required, schema: { ...(isPlain ? schema : meant), ...preset } };
  });
}

const objectOf = (schema: JsonSchema) =>
  schema as { properties?: Record<string, JsonSchema>; required?: readonly string[] };

function requestBody({ body }: Route, { takesFile }: Described, schemas: SchemaWriter): Operation['requestBody'] {
  if (takesFile) {
    const file = { type: 'string', contentMediaType: 'application/octet-stream' };
    const schema = { type: 'object', required: ['file'], properties: { file } };
    return { required: true, content: { 'multipart/form-data': { schema } } };
  }
  if (body === undefined) return undefined;
  const schema = schemas.write(body);
  const { properties, required = [] } = objectOf(schema);
  if (properties === undefined || Object.keys(properties).length === 0) return undefined;
  return { required: required.length > 0, content: { 'application/json': { schema } } };
}

function responses(route: Route, what: Described, schemas: SchemaWriter): Operation['responses'] {
  const shown: Operation['responses'] = {};
  const { answer } = what;
  for (const status of [route.status, ...(what.also ?? [])])
    shown[status] =
      answer === undefined ? { description: 'done' } : { description: 'done', content: content(answer, schemas) };
  for (const [status, body] of Object.entries(what.otherwise ?? {}))
    shown[status] = { description: 'done', content: content(body, schemas) };
  for (const code of codesOf(route, what)) {
    const { httpStatus, message } = errorCatalogue[code];
    const before = shown[httpStatus]?.description;
    shown[httpStatus] = {
      description: `${before === undefined ? '' : `${before}; `}\`${code}\`: ${message}`,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  if (route.path === '/readyz') shown[503] = { ...shown[200], description: 'a part is not there' };
  return shown;
}

const content = (answer: z.ZodType | string, schemas: SchemaWriter): Record<string, { schema: JsonSchema }> =>
  typeof answer === 'string' ? { [answer]: { schema: {} } } : { 'application/json': { schema: schemas.write(answer) } };

/** What a route may be refused with: by what it calls, and by what every request of its kind passes. */
function codesOf(route: Route, what: Described): ErrorCode[] {
  if (!route.path.startsWith('/api')) return [];
  const isChange = route.method !== 'GET';
  const hasBody = route.body !== undefined || what.takesFile;
  const codes: (ErrorCode | false | undefined)[] = [
    ...(what.by?.errors ?? []),
    ...(what.errors ?? []),
    ...(route.who === 'everybody' ? [] : (['unauthenticated', 'session_revoked', 'forbidden'] as const)),
    'origin',
    isChange && route.who !== 'everybody' && 'csrf',
    Object.keys(route.params).length > 0 && 'not_found',
    route.query !== undefined && 'invalid',
    ...(hasBody ? (['bad_request', 'media_type', 'too_large', 'invalid'] as const) : []),
    what.takesKey && 'idempotency_mismatch',
    'rate_limited',
    'unavailable',
  ];
  const told = codes.filter((code): code is ErrorCode => typeof code === 'string' && !untold.includes(code));
  return [...new Set(told)];
}
