// Shapes that several calls share.
import { z } from 'zod';
import { limits } from './limits.js';

/**
 * A whole number in a query: decimal digits and nothing else. The same schemas check calls between services, where it is a number.
 * Whatever else it is stays as it came, and is refused.
 */
export const wholeNumber = (min: number, max: number) =>
  z.preprocess(
    (value: string | number) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z.number().int().min(min).max(max),
  );

export const pageLimit = wholeNumber(1, limits.pageMax).default(limits.pageDefault);

/** `?limit=&cursor=` of every list. */
export const pageQuery = {
  limit: pageLimit,
  cursor: z.string().max(512).optional(),
};

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** The same as a schema. */
export const pageView = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable().describe('to be passed back as `cursor`') });

/** Where a request came from; set by a gateway, never by a client. */
export const Origin = z.object({
  ip: z.string().max(64),
  user_agent: z.string().max(512).default(''),
});
