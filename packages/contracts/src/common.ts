// Shapes that several calls share.
import { z } from 'zod';
import { limits } from './limits.js';

/** `?limit=&cursor=` of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(limits.pageMax).default(limits.pageDefault),
  cursor: z.string().max(512).optional(),
};

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** Where a request came from; set by a gateway, never by a client. */
export const Origin = z.object({
  ip: z.string().max(64),
  user_agent: z.string().max(512).default(''),
});
