// The form of a call between services: one subject, one request schema, the codes it may fail with.
import type { z } from 'zod';
import type { ErrorCode } from './errors.js';

/**
 * One call. `reply` is a type only (services trust one another's answers; requests are checked where they enter a service).
 * `timeoutMs` is what a caller waits, unless it says otherwise.
 */
export interface Rpc<Request extends z.ZodType = z.ZodType, Reply = unknown> {
  readonly subject: string;
  readonly request: Request;
  readonly errors: readonly ErrorCode[];
  readonly timeoutMs: number;
  /** Never set: carries the reply's type. */
  readonly reply?: Reply;
}

export type RequestOf<R extends Rpc> = z.infer<R['request']>;
export type InputOf<R extends Rpc> = z.input<R['request']>;
export type ReplyOf<R extends Rpc> = NonNullable<R['reply']>;

/** Defines a call: `rpc<Reply>()('natter.rpc.room.get', schema, ['not_found'])`. */
export const rpc =
  <Reply>() =>
  <Request extends z.ZodType>(
    subject: string,
    request: Request,
    errors: readonly ErrorCode[] = [],
    timeoutMs = 4_000,
  ): Rpc<Request, Reply> => ({ subject, request, errors, timeoutMs });
