// Something valid, made from the product's own schemas: what a new field or frame needs to be fuzzed is only to be there.
import { z } from 'zod';
import { type Lot, uuid } from './lots.js';
import { Pairs, Raw, type Tree } from './tree.js';

/**
 * Values that mean something to the running system, by the name of the field: rooms that exist, users, seqs. Undefined for names it does not
 * know: then the schema alone says what is valid.
 */
export type Words = (field: string, lot: Lot) => Tree | undefined;

/** The part of JSON Schema that zod writes for our contracts. */
interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  maxItems?: number;
  propertyNames?: Schema;
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  format?: string;
}

const known = new WeakMap<z.ZodType, Schema>();

function schemaOf(type: z.ZodType): Schema {
  const found = known.get(type) ?? (z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Schema);
  known.set(type, found);
  return found;
}

/** A value that fits the schema, as far as the schema can say it. `name`: what it is called, for `words`. */
export const sample = (type: z.ZodType, name: string, lot: Lot, words: Words): Tree =>
  fill(schemaOf(type), name, lot, words);

/** The fields a schema knows. */
export const fieldsOf = (type: z.ZodType): string[] => Object.keys(schemaOf(type).properties ?? {});

function fill(schema: Schema, name: string, lot: Lot, words: Words): Tree {
  if (schema.const !== undefined) return asTree(schema.const);
  if (schema.enum) return asTree(lot.pick(schema.enum));
  if (schema.type !== 'object' && schema.type !== 'array') {
    const word = words(name, lot);
    if (word !== undefined) return word;
  }
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fill(lot.pick(branches), name, lot, words);
  if (schema.allOf?.[0]) return fill(schema.allOf[0], name, lot, words);
  switch (schema.type) {
    case 'object':
      return schema.properties ? fillObject(schema, lot, words) : fillRecord(schema, name, lot, words);
    case 'array': {
      const count = lot.chance(0.5) ? 0 : Math.min(schema.maxItems ?? 5, lot.between(1, 5));
      return Array.from({ length: count }, () => fill(schema.items ?? {}, name, lot, words));
    }
    case 'integer':
    case 'number': {
      const least = Math.max(schema.minimum ?? 0, -1_000);
      return lot.between(least, Math.min(schema.maximum ?? 1_000, least + 1_000));
    }
    case 'boolean':
      return lot.chance(0.5);
    case 'null':
      return null;
    case 'string':
      return fillText(schema, lot);
    default:
      return lot.pick<Tree>([new Pairs([]), new Pairs([['key', 'value']]), 'text', 1, new Raw('{"a":[1,{"b":null}]}')]);
  }
}

function fillObject({ properties = {}, required = [] }: Schema, lot: Lot, words: Words): Pairs {
  const wanted = Object.entries(properties).filter(([name]) => required.includes(name) || lot.chance(0.3));
  return new Pairs(wanted.map(([name, schema]) => [name, fill(schema, name, lot, words)] as const));
}

/** A map, such as `rooms` of `sync`: its keys are called by the singular of its name. */
function fillRecord({ propertyNames, additionalProperties }: Schema, name: string, lot: Lot, words: Words): Pairs {
  const values = typeof additionalProperties === 'object' ? additionalProperties : {};
  const count = lot.between(0, 4);
  const entries = Array.from({ length: count }, () => {
    const key = fill(propertyNames ?? { type: 'string' }, name.replace(/s$/, ''), lot, words);
    return [String(key), fill(values, 'seq', lot, words)] as const;
  });
  return new Pairs(entries);
}

function fillText({ format, minLength = 0, maxLength = 40 }: Schema, lot: Lot): string {
  if (format === 'email') return `fuzz-${uuid(lot)}@example.org`;
  if (format === 'uri' || format === 'url') return `https://example.org/${uuid(lot)}`;
  if (format === 'date-time') return '2026-01-01T00:00:00.000Z';
  if (format === 'uuid') return uuid(lot);
  const length = lot.between(minLength, Math.max(minLength, Math.min(maxLength, 40)));
  return Array.from({ length }, () => lot.pick([...'abcdefghijklmnopqrstuvwxyz0123456789_-'])).join('');
}

const asTree = (value: unknown): Tree => new Raw(JSON.stringify(value));
