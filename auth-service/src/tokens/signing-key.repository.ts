import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { advisoryLocks } from '../database/data-source.js';
import { SigningKeyEntity } from './signing-key.entity.js';

@Injectable()
export class SigningKeyRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** All keys, newest first. When there is none, `make` makes it; of replicas that start together one does. */
  readOrMake(make: () => Promise<SigningKeyEntity>): Promise<SigningKeyEntity[]> {
    return this.dataSource.transaction(async (em) => {
      await em.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.signingKey]);
      const keys = await em.find(SigningKeyEntity, { order: { createdAt: 'DESC' } });
      if (keys.length > 0) return keys;
      const key = await make();
      await em.insert(SigningKeyEntity, key);
      return [key];
    });
  }
}
