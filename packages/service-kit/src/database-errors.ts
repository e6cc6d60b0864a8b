// Which errors of PostgreSQL mean «away, ask again» and which mean something else.

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/**
 * SQLSTATE classes (PostgreSQL, appendix A): 08 connection, 53 out of resources, 57P0x shutting down or starting, 58 disk;
 * 57014 statement timeout, 55P03 lock timeout, 40001 and 40P01 serialisation and deadlock, 25006 read-only (a standby).
 */
const awayState = /^(08|53|58|57P0|57014|55P03|40001|40P01|25006)/;
/** The last is what TypeORM says inside a transaction whose connection broke: it has let go of it by itself. */
const awayWords =
  /connection terminated|timeout exceeded when trying to connect|connection timeout|query read timeout|client has encountered a connection error|not queryable|query ?runner (was )?already released/i;

/** True when the database was not reached or could not answer now. Whether a write was done is then not known. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && (networkCodes.has(code) || awayState.test(code))) return true;
  if (awayWords.test(error.message)) return true;
  const inner = (error as { driverError?: unknown }).driverError ?? error.cause;
  return inner !== undefined && inner !== error && isDatabaseAway(inner);
}

interface Violation {
  code?: unknown;
  constraint?: unknown;
}

const violationOf = (error: unknown): Violation | undefined =>
  ((error as { driverError?: unknown })?.driverError ?? error) as Violation | undefined;

/** True when PostgreSQL answered that this statement took too long. */
export const isTimeout = (error: unknown): boolean => violationOf(error)?.code === '57014';

/** True for a violated unique constraint (of that name, if one is given). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return violationOf(error)?.code === '23505' && (constraint === undefined || violates(error, constraint));
}

/** True for a violated constraint of that name, of whatever kind. */
export const violates = (error: unknown, constraint: string): boolean => violationOf(error)?.constraint === constraint;
