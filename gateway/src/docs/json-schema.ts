// The contract's zod schemas as JSON Schema, with the shapes that have a name standing once.
import { Meta } from '@natter/contracts/meta';
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** Turns schemas of one document into JSON Schema; those that have a name become references to where the document has them. */
export class SchemaWriter {
  /** By name, as far as they have been met. */
  readonly definitions: Record<string, JsonSchema> = {};
  private readonly names = z.registry<{ id: string }>();

  constructor(named: Readonly<Record<string, z.ZodType>>) {
    for (const [id, schema] of Object.entries(named)) this.names.add(schema, { id });
  }

  /**
   * @param io `input`: as it is sent, before defaults and lower-casing; `output`: as it is understood, for numbers in queries, which
   *   are text before
   */
  write(schema: z.ZodType, io: 'input' | 'output' = 'input'): JsonSchema {
    const written = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      metadata: this.names,
      override: ({ zodSchema, jsonSchema }) => {
        const description = z.globalRegistry.get(zodSchema)?.description;
        if (description !== undefined) jsonSchema.description = description;
        if ((zodSchema as unknown) === Meta) jsonSchema.type = 'object';
        // The format says it better.
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
        // What grows by addition is not closed; and that numbers are safe goes without saying.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        delete jsonSchema.id;
      },
    }) as JsonSchema;
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = JSON.parse(JSON.stringify(written).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema & {
      $defs?: Record<string, JsonSchema>;
    };
    Object.assign(this.definitions, $defs);
    return rest;
  }
}
