import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { isDatabaseAway, isTimeout, isUniqueViolation } from './database-errors.js';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('errors of the database', () => {
  it.each(['ECONNREFUSED', '08006', '57P01', '53300', '57014', '58030'])('%s means away', (code) => {
    expect(isDatabaseAway(withCode(code))).toBe(true);
    expect(isDatabaseAway(Object.assign(new Error('wrapped'), { driverError: withCode(code) }))).toBe(true);
  });

  it('of a transaction whose connection broke mean away', () => {
    for (const error of [new QueryRunnerProviderAlreadyReleasedError(), new QueryRunnerAlreadyReleasedError()])
      expect(isDatabaseAway(error)).toBe(true);
  });

  it('of a statement mean something else', () => {
    expect(isDatabaseAway(withCode('42601'))).toBe(false);
    expect(isDatabaseAway(undefined)).toBe(false);
  });

  it('tell a statement that took too long', () => {
    expect(isTimeout({ driverError: { code: '57014' } })).toBe(true);
    expect(isTimeout(withCode('08006'))).toBe(false);
  });

  it('tell a violated constraint by its name', () => {
    const error = { driverError: { code: '23505', constraint: 'rooms_name' } };
    expect(isUniqueViolation(error, 'rooms_name')).toBe(true);
    expect(isUniqueViolation(error, 'other')).toBe(false);
  });
});
