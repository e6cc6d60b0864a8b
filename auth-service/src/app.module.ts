import { type DynamicModule, Module } from '@nestjs/common';
import { AdminHandlers } from './admin/admin.handlers.js';
import { AdminRepository } from './admin/admin.repository.js';
import { AdminService } from './admin/admin.service.js';
import { Administrators } from './admin/administrators.js';
import { AuditHandlers } from './audit/audit.handlers.js';
import { AuditRepository } from './audit/audit.repository.js';
import { AuditService } from './audit/audit.service.js';
import { AvatarHandlers } from './avatars/avatar.handlers.js';
import { AvatarService } from './avatars/avatar.service.js';
import { Clock } from './clock.js';
import { UserCopyRepository } from './copies/user-copy.repository.js';
import { UserCopyService } from './copies/user-copy.service.js';
import { databaseProviders } from '@natter/service-kit/database.providers';
import { databaseOptions } from './database/data-source.js';
import { HousekeepingService } from './housekeeping/housekeeping.service.js';
import { AttemptRepository } from './limits/attempt.repository.js';
import { GuessLimit } from './limits/guess-limit.js';
import { MailLimit } from './limits/mail-limit.js';
import { LetterWriter } from './mails/letter-writer.js';
import { MailRepository } from './mails/mail.repository.js';
import { MailService } from './mails/mail.service.js';
import { HourlyLimit } from './limits/hourly-limit.js';
import { PasswordService } from './passwords/password.service.js';
import { ForgottenService } from './resets/forgotten.service.js';
import { ResetRepository } from './resets/reset.repository.js';
import { ResetService } from './resets/reset.service.js';
import { SessionEndings } from './sessions/session-endings.js';
import { SessionHandlers } from './sessions/session.handlers.js';
import { SessionRepository } from './sessions/session.repository.js';
import { SessionService } from './sessions/session.service.js';
import { TicketHandlers } from './tickets/ticket.handlers.js';
import { TicketRepository } from './tickets/ticket.repository.js';
import { TicketService } from './tickets/ticket.service.js';
import { AccessTokenService } from './tokens/access-token.service.js';
import { SigningKeyRepository } from './tokens/signing-key.repository.js';
import { TokenHandlers } from './tokens/token.handlers.js';
import { TokenRepository } from './tokens/token.repository.js';
import { TokenService } from './tokens/token.service.js';
import { ConfiguredAdmin } from './users/configured-admin.js';
import { LastSeenRepository } from './users/last-seen.repository.js';
import { NewUsers } from './users/new-users.js';
import { ProfileService } from './users/profile.service.js';
import { UserChanges } from './users/user-changes.js';
import { UserHandlers } from './users/user.handlers.js';
import { UserRepository } from './users/user.repository.js';
import { UserService } from './users/user.service.js';
import { VerificationRepository } from './verifications/verification.repository.js';
import { VerificationService } from './verifications/verification.service.js';

@Module({})
export class AppModule {
  /** The whole service; tests pass a clock of their own. */
  static of(clock = new Clock()): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        UserHandlers,
        SessionHandlers,
        TokenHandlers,
        TicketHandlers,
        AdminHandlers,
        AuditHandlers,
        AvatarHandlers,
      ],
      providers: [
        { provide: Clock, useValue: clock },
        ...databaseProviders(databaseOptions),
        AccessTokenService,
        AttemptRepository,
        AdminRepository,
        AdminService,
        Administrators,
        AuditRepository,
        AuditService,
        AvatarService,
        ConfiguredAdmin,
        ForgottenService,
        GuessLimit,
        HousekeepingService,
        LastSeenRepository,
        LetterWriter,
        MailLimit,
        MailRepository,
        MailService,
        NewUsers,
        PasswordService,
        HourlyLimit,
        ProfileService,
        ResetRepository,
        ResetService,
        UserChanges,
        SessionEndings,
        SessionRepository,
        SessionService,
        SigningKeyRepository,
        TicketRepository,
        TicketService,
        TokenRepository,
        TokenService,
        UserCopyRepository,
        UserCopyService,
        UserRepository,
        UserService,
        VerificationRepository,
        VerificationService,
      ],
    };
  }
}
