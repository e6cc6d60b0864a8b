import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  changePassword,
  forgotPassword,
  getAccount,
  getOwnUsers,
  getUser,
  listAccountChanges,
  noteSeen,
  patchAccount,
  register,
  resetPassword,
  verify,
} from '@natter/contracts/auth';
import type { RequestOf } from '@natter/contracts/rpc';
import { ForgottenService } from '../resets/forgotten.service.js';
import { ResetService } from '../resets/reset.service.js';
import { VerificationService } from '../verifications/verification.service.js';
import { ProfileService } from './profile.service.js';
import { UserService } from './user.service.js';

@Controller()
export class UserHandlers {
  constructor(
    private readonly users: UserService,
    private readonly profiles: ProfileService,
    private readonly resets: ResetService,
    private readonly forgotten: ForgottenService,
    private readonly verifications: VerificationService,
  ) {}

  @MessagePattern(register.subject)
  register(@Payload({ schema: register.request }) request: RequestOf<typeof register>) {
    return this.users.register(request);
  }

  @MessagePattern(verify.subject)
  verify(@Payload({ schema: verify.request }) request: RequestOf<typeof verify>) {
    return this.verifications.verify(request);
  }

  @MessagePattern(getAccount.subject)
  getAccount(@Payload({ schema: getAccount.request }) request: RequestOf<typeof getAccount>) {
    return this.users.getAccount(request.actor);
  }

  @MessagePattern(getOwnUsers.subject)
  getOwnUsers(@Payload({ schema: getOwnUsers.request }) request: RequestOf<typeof getOwnUsers>) {
    return this.users.getOwnUsers(request.users);
  }

  @MessagePattern(getUser.subject)
  getUser(@Payload({ schema: getUser.request }) request: RequestOf<typeof getUser>) {
    return this.users.getUser(request.user);
  }

  @MessagePattern(noteSeen.subject)
  async noteSeen(@Payload({ schema: noteSeen.request }) request: RequestOf<typeof noteSeen>) {
    await this.users.noteSeen(request.items);
    return {};
  }

  @MessagePattern(listAccountChanges.subject)
  changes(@Payload({ schema: listAccountChanges.request }) request: RequestOf<typeof listAccountChanges>) {
    return this.users.changes(request);
  }

  @MessagePattern(patchAccount.subject)
  patch(@Payload({ schema: patchAccount.request }) request: RequestOf<typeof patchAccount>) {
    return this.profiles.patch(request);
  }

  @MessagePattern(resetPassword.subject)
  async reset(@Payload({ schema: resetPassword.request }) request: RequestOf<typeof resetPassword>) {
    await this.resets.redeem(request);
    return {};
  }

  @MessagePattern(forgotPassword.subject)
  async forgotPassword(@Payload({ schema: forgotPassword.request }) request: RequestOf<typeof forgotPassword>) {
    await this.forgotten.ask(request);
    return {};
  }

  @MessagePattern(changePassword.subject)
  async changePassword(@Payload({ schema: changePassword.request }) request: RequestOf<typeof changePassword>) {
    await this.users.changePassword(request);
    return {};
  }
}
