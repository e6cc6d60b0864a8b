// What a schema found wrong, for programs (a code for each field) and for people (a sentence).
import type { FieldCode, FieldError } from '@natter/contracts/errors';
import type { z } from 'zod';

export type Issue = z.core.$ZodIssue;

/** More are not told. */
const maxFields = 20;
const maxSentences = 3;

const typeWords: Record<string, string> = {
  string: 'a text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** One entry for each field, with the first thing that is wrong with it; `input` is what was checked. */
export function explain(issues: readonly Issue[], input: unknown): { detail: string; fields: FieldError[] } {
  const byField = new Map<string, Issue>();
  for (const issue of issues) {
    const field = issue.path.map(String).join('.');
    if (!byField.has(field)) byField.set(field, issue);
  }
  const found = [...byField].slice(0, maxFields);
  const sentences = found.slice(0, maxSentences).map(([field, issue]) => sentence(field, issue, at(input, issue.path)));
  return {
    detail: sentences.join('; '),
    fields: found.map(([field, issue]) => ({ field, code: codeOf(issue, at(input, issue.path)) })),
  };
}

/** The value a path leads to. */
export function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

function codeOf(issue: Issue, value: unknown): FieldCode {
  if (value === undefined) return 'missing';
  if (issue.code === 'invalid_type') return 'type';
  if (issue.code === 'too_big') return isOfNumber(issue.origin) ? 'too_big' : 'too_long';
  if (issue.code === 'too_small') return isOfNumber(issue.origin) ? 'too_small' : 'too_short';
  return 'invalid';
}

function sentence(field: string, issue: Issue, value: unknown): string {
  if (field === '') return issue.message;
  return value === undefined ? `${field} is missing` : `${field}: ${words(issue)}`;
}

/** What is allowed. The rules that are ours have their words in the contract. */
function words(issue: Issue): string {
  if (issue.code === 'invalid_type') return typeWords[issue.expected] ?? issue.expected;
  if (issue.code === 'too_big') return `at most ${issue.maximum}${unit(issue.origin)}`;
  if (issue.code === 'too_small') return `at least ${issue.minimum}${unit(issue.origin)}`;
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  return issue.message;
}

const isOfNumber = (origin: string): boolean => origin === 'number' || origin === 'int';

const unit = (origin: string): string =>
  (({ string: ' characters', array: ' entries' }) as Record<string, string>)[origin] ?? '';
