// Who may administer: looked up with each call, so that nobody is an administrator a moment longer than they should be.
import { Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import type { EntityManager } from 'typeorm';
import { UserRepository } from '../users/user.repository.js';

@Injectable()
export class Administrators {
  constructor(private readonly users: UserRepository) {}

  /** @throws NatterError `forbidden` for everybody else */
  async require(actor: string, em?: EntityManager): Promise<void> {
    const user = await this.users.findById(actor, em);
    if (!user?.admin || user.disabled) throw new NatterError('forbidden');
  }
}
