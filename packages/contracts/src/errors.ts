// One catalogue of errors and one class. The codes are the contract; the words may change.

/** `refused`: not stored and never will be. `unknown`: may or may not have been; the same request may be sent again. */
export type Outcome = 'refused' | 'unknown';

interface ErrorEntry {
  httpStatus: number;
  outcome: Outcome;
  message: string;
}

export const errorCatalogue = {
  bad_request: { httpStatus: 400, outcome: 'refused', message: 'the request has not the shape it should have' },
  unknown_type: { httpStatus: 400, outcome: 'refused', message: 'there is no frame of this type' },
  hello_first: { httpStatus: 400, outcome: 'refused', message: 'the first frame must be hello' },
  unauthenticated: { httpStatus: 401, outcome: 'refused', message: 'sign in first' },
  invalid_credentials: { httpStatus: 401, outcome: 'refused', message: 'the login or the password is wrong' },
  session_revoked: { httpStatus: 401, outcome: 'refused', message: 'this session has ended; sign in again' },
  forbidden: { httpStatus: 403, outcome: 'refused', message: 'you may not do this' },
  not_member: { httpStatus: 403, outcome: 'refused', message: 'join the room first' },
  banned: { httpStatus: 403, outcome: 'refused', message: 'you are banned from this room' },
  csrf: { httpStatus: 403, outcome: 'refused', message: 'the header X-Natter: 1 is missing' },
  origin: { httpStatus: 403, outcome: 'refused', message: 'requests from this origin are not allowed' },
  quota: { httpStatus: 403, outcome: 'refused', message: 'there is no space left for your files' },
  not_found: { httpStatus: 404, outcome: 'refused', message: 'there is nothing here' },
  method: { httpStatus: 405, outcome: 'refused', message: 'this method does not exist here' },
  account_exists: { httpStatus: 409, outcome: 'refused', message: 'an account with this email or username exists' },
  name_taken: { httpStatus: 409, outcome: 'refused', message: 'a room with this name exists' },
  id_conflict: { httpStatus: 409, outcome: 'refused', message: 'this id was used for something else' },
  owner_must_transfer: { httpStatus: 409, outcome: 'refused', message: 'hand the room over or delete it first' },
  gone: { httpStatus: 410, outcome: 'refused', message: 'it has been deleted' },
  too_large: { httpStatus: 413, outcome: 'refused', message: 'the request is too large' },
  media_type: { httpStatus: 415, outcome: 'refused', message: 'the body must be application/json' },
  invalid: { httpStatus: 422, outcome: 'refused', message: 'a field has a value that is not allowed' },
  too_long: { httpStatus: 422, outcome: 'refused', message: 'the text is too long' },
  empty: { httpStatus: 422, outcome: 'refused', message: 'the text is empty' },
  weak_password: { httpStatus: 422, outcome: 'refused', message: 'choose a less common password' },
  idempotency_mismatch: { httpStatus: 422, outcome: 'refused', message: 'this key came with another body before' },
  rate_limited: { httpStatus: 429, outcome: 'refused', message: 'too many requests' },
  too_many_inflight: { httpStatus: 429, outcome: 'refused', message: 'too many requests wait for an answer' },
  internal: { httpStatus: 500, outcome: 'unknown', message: 'a fault on our side' },
  unavailable: { httpStatus: 503, outcome: 'unknown', message: 'a part of the service is away; try again shortly' },
  timeout: { httpStatus: 503, outcome: 'unknown', message: 'no answer in time; try again' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** What an error frame may carry; the rest of the catalogue is for HTTP. */
export const socketCodes = [
  'bad_request',
  'unknown_type',
  'hello_first',
  'not_found',
  'not_member',
  'forbidden',
  'id_conflict',
  'too_long',
  'empty',
  'gone',
  'rate_limited',
  'too_many_inflight',
  'unavailable',
  'timeout',
] as const satisfies readonly ErrorCode[];

/**
 * What is wrong with a field: not there; of another type; a text or list that is too long or too short; a number that is too big
 * or too small; any other value that is not allowed; names what does not exist; a password that is easily guessed.
 */
export type FieldCode =
  | 'missing'
  | 'type'
  | 'too_long'
  | 'too_short'
  | 'too_big'
  | 'too_small'
  | 'invalid'
  | 'not_found'
  | 'weak_password';

/** `field`: where it stands (`members.0`), '' for the whole. One entry for each field. */
export interface FieldError {
  field: string;
  code: FieldCode;
}

export interface ErrorDetails {
  /** A sentence for people: what is missing, what to do next. */
  detail?: string;
  retryAfterMs?: number;
  fields?: FieldError[];
}

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCatalogue, code);

/** An error that a caller may be told. Whatever else is thrown is a fault of ours. */
export class NatterError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(details.detail ?? errorCatalogue[code].message, options);
    this.name = 'NatterError';
    this.code = code;
    this.details = details;
  }

  get httpStatus(): number {
    return errorCatalogue[this.code].httpStatus;
  }

  get outcome(): Outcome {
    return errorCatalogue[this.code].outcome;
  }
}
