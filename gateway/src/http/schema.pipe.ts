// What came in against the schema of the contract. The wrong shape is 400, a right shape with a value that is not allowed 422,
// a bad query 422; a path that can name nothing is 404 like one that names nothing.
import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { z } from 'zod';
import { at, explain, type Issue } from './field-errors.js';
import { type RawBody, readJson } from './json-body.js';

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
  // `?cursor=` is the first page.
  const given = query['cursor'] === '' ? { ...query, cursor: undefined } : query;
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new NatterError('invalid', explain(parsed.error.issues, given));
  return parsed.data;
}

/** @throws NatterError `bad_request` for the shape, `weak_password` for a password that is too short, `invalid` for other values */
export function parseBody<S extends z.ZodType>(schema: S, body: Record<string, unknown>): z.infer<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const explained = explain(issues, body);
  if (issues.some((issue) => isAboutShape(issue, body))) throw new NatterError('bad_request', explained);
  throw new NatterError(issues.every(isShortPassword) ? 'weak_password' : 'invalid', explained);
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
