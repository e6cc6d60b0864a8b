// What came in against the schema of the contract. The wrong shape is 400, a right shape with a value that is not allowed 422,
// a bad query 422; a path that can name nothing is 404 like one that names nothing.
import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { type FieldError, NatterError } from '@natter/contracts/errors';
import { isCleanText } from '@natter/contracts/ids';
import { z } from 'zod';
import { type RawBody, readJson } from './json-body.js';

type Issue = z.core.$ZodIssue;

/** More are not told. */
const maxFields = 20;

@Injectable()
export class SchemaPipe implements PipeTransform {
  transform(value: unknown, { type, schema }: ArgumentMetadata): unknown {
    if (!(schema instanceof z.ZodType)) return value;
    if (type === 'param') return parseParam(schema, value);
    if (type === 'query') return parseQuery(schema, value as Record<string, unknown>);
    return parseBody(schema, readJson(value as RawBody | null));
  }
}

/** @throws NatterError `not_found` */
export function parseParam<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new NatterError('not_found');
  return parsed.data;
}

/** @throws NatterError `invalid` whatever is wrong: in a query everything is text, so nothing is ill-typed */
export function parseQuery<S extends z.ZodType>(schema: S, query: Record<string, unknown>): z.infer<S> {
  const empty = Object.keys(query).filter((key) => query[key] === '' && key !== 'cursor');
  if (empty.length > 0) throw invalid(empty.map((field) => ({ field, code: 'missing' })));
  const given = query['cursor'] === '' ? { ...query, cursor: undefined } : query;
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw invalid(parsed.error.issues.map((issue) => fieldError(issue, given)));
  return clean(parsed.data);
}

/** @throws NatterError `bad_request` for the shape, `weak_password` for a password that is too short, `invalid` for other values */
export function parseBody<S extends z.ZodType>(schema: S, body: Record<string, unknown>): z.infer<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return clean(parsed.data);
  const { issues } = parsed.error;
  const fields = issues.map((issue) => fieldError(issue, body));
  if (issues.some((issue) => isAboutShape(issue, body)))
    throw new NatterError('bad_request', { fields: fields.slice(0, maxFields) });
  if (issues.every(isShortPassword))
    throw new NatterError('weak_password', { detail: 'choose a password of at least 8 characters', fields });
  throw invalid(fields);
}

const invalid = (fields: FieldError[]): NatterError =>
  new NatterError('invalid', { fields: fields.slice(0, maxFields) });

/** Texts that cannot be stored and sent back as they came are refused wherever they stand. */
function clean<T>(value: T): T {
  const dirty = findDirty(value, '');
  if (dirty !== undefined) throw invalid([{ field: dirty, code: 'text' }]);
  return value;
}

function findDirty(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return isCleanText(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = isCleanText(key) ? findDirty(inner, path === '' ? key : `${path}.${key}`) : path;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isAboutShape(issue: Issue, body: unknown): boolean {
  if (issue.code === 'invalid_type' || issue.code === 'invalid_union') return true;
  if (issue.code === 'invalid_value')
    return !issue.values.some((value) => typeof value === typeof at(body, issue.path));
  return issue.code === 'custom' && issue.path.length === 0;
}

function isShortPassword(issue: Issue): boolean {
  return issue.code === 'too_small' && (issue.path[0] === 'password' || issue.path[0] === 'new');
}

function fieldError(issue: Issue, body: unknown): FieldError {
  return { field: issue.path.map(String).join('.'), code: fieldCode(issue, at(body, issue.path)) };
}

function fieldCode(issue: Issue, input: unknown): string {
  if (input === undefined) return 'missing';
  if (issue.code === 'invalid_type') return 'type';
  if (issue.code === 'too_big') return typeof input === 'number' ? 'too_big' : 'too_long';
  if (issue.code === 'too_small') return typeof input === 'number' ? 'too_small' : 'too_short';
  return issue.code === 'invalid_format' ? 'format' : 'invalid';
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
