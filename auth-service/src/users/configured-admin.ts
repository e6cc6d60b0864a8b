// The administrator that the operator names in the configuration: made once, then an account like any other.
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import type { Config } from '../config.js';
import { UserRepository } from './user.repository.js';
import { UserService } from './user.service.js';

@Injectable()
export class ConfiguredAdmin implements OnApplicationBootstrap {
  constructor(
    private readonly users: UserRepository,
    private readonly accounts: UserService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { NATTER_ADMIN_USERNAME: username, NATTER_ADMIN_PASSWORD: password } = this.config;
    if (username === undefined || password === undefined) return;
    const standing = await this.users.findByLogin(username);
    if (standing !== null) {
      // Whoever took the name first must not become administrator by it.
      if (!standing.admin) this.logger.warn({ username }, 'NATTER_ADMIN_USERNAME is an account, but no administrator');
      return;
    }
    try {
      // The domain is reserved (RFC 2606): no mail ever goes there.
      await this.accounts.create({ email: `${username}@natter.invalid`, username, password }, 'configured');
    } catch (error) {
      // Another replica was faster.
      if (!(error instanceof NatterError && error.code === 'account_exists')) throw error;
    }
  }
}
