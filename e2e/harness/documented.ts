// Whether answers are what the description at /api/docs/openapi.json says: fields that are missing, of another type, or not described.
import { z } from 'zod';
import type { Answer, Api } from './api.js';

interface Content {
  schema: Record<string, unknown>;
}
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, Content> }> }>>;
  components: { schemas: Record<string, unknown> };
}

export class DocumentedAnswers {
  private readonly compiled = new Map<string, z.ZodType>();

  private constructor(private readonly document: Document) {}

  static async read(api: Api): Promise<DocumentedAnswers> {
    return new DocumentedAnswers((await api.get<Document>('/api/docs/openapi.json')).body);
  }

  /**
   * What is wrong with an answer; nothing when it is as described.
   *
   * @param route as the gateway knows it: `GET /api/rooms/:room`
   */
  wrongWith(route: string, { status, headers, text, body }: Answer<unknown>): string | undefined {
    const [method = '', path = ''] = route.split(' ');
    const operation = this.document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    const response = operation?.responses[String(status)];
    if (response === undefined) return `${route} is not described to answer ${status}: ${text.slice(0, 200)}`;
    const [[type, content] = []] = Object.entries(response.content ?? {});
    if (type === undefined || content === undefined)
      return text === '' ? undefined : `${route} is described to answer ${status} with nothing: ${text.slice(0, 200)}`;
    const told = (headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (type !== '*/*' && told !== type) return `${route} answers ${status} as ${told}, and is described as ${type}`;
    if (!type.endsWith('json')) return undefined;
    const { error } = this.schema(`${route} ${status}`, content).safeParse(body);
    return error && `${route} ${status}: ${z.prettifyError(error)}: ${text.slice(0, 500)}`;
  }

  private schema(key: string, { schema }: Content): z.ZodType {
    const found = this.compiled.get(key);
    if (found !== undefined) return found;
    const whole = { ...(closed(schema) as object), $defs: closed(this.document.components.schemas) };
    const text = JSON.stringify(whole).replaceAll('"#/components/schemas/', '"#/$defs/');
    const made = z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
    this.compiled.set(key, made);
    return made;
  }
}

/** The same schema, with which nothing passes that it does not describe. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isOpen = inner['type'] !== 'object' || inner['properties'] === undefined || 'additionalProperties' in inner;
  return isOpen ? inner : { ...inner, additionalProperties: false };
}
