// The database `natter_auth`: its tables and its migrations.
import { AttemptEntity } from '../limits/attempt.entity.js';
import { AuditEntity } from '../audit/audit.entity.js';
import { ResetEntity } from '../resets/reset.entity.js';
import { AvatarEntity } from '../avatars/avatar.entity.js';
import { UserCopyEntity } from '../copies/user-copy.entity.js';
import { SessionEntity } from '../sessions/session.entity.js';
import { TicketEntity } from '../tickets/ticket.entity.js';
import { RefreshTokenEntity } from '../tokens/refresh-token.entity.js';
import { SigningKeyEntity } from '../tokens/signing-key.entity.js';
import { LastSeenEntity } from '../users/last-seen.entity.js';
import { UserEntity } from '../users/user.entity.js';
import { MailEntity } from '../mails/mail.entity.js';
import { VerificationEntity } from '../verifications/verification.entity.js';
import { Users1763683200000 } from './migrations/1763683200000-users.js';
import { Sessions1763683201000 } from './migrations/1763683201000-sessions.js';
import { SigningKeys1763683202000 } from './migrations/1763683202000-signing-keys.js';
import { Tickets1763683203000 } from './migrations/1763683203000-tickets.js';
import { UserCopies1763683204000 } from './migrations/1763683204000-user-copies.js';
import { Attempts1763683205000 } from './migrations/1763683205000-attempts.js';
import { Audit1763683206000 } from './migrations/1763683206000-audit.js';
import { LastSeen1763700100000 } from './migrations/1763700100000-last-seen.js';
import { Administration1763700200000 } from './migrations/1763700200000-administration.js';
import { Avatars1763900100000 } from './migrations/1763900100000-avatars.js';
import { ChangesByTransaction1763900200000 } from './migrations/1763900200000-changes-by-transaction.js';
import { WholeCopies1764000100000 } from './migrations/1764000100000-whole-copies.js';
import { Restored1764000200000 } from './migrations/1764000200000-restored.js';
import { Verifications1764000300000 } from './migrations/1764000300000-verifications.js';
import { MailedResets1764000400000 } from './migrations/1764000400000-mailed-resets.js';

/** Advisory locks of this database, beside the one that migrations take. */
export const advisoryLocks = {
  firstAdmin: 4_201_101,
  signingKey: 4_201_102,
  housekeeping: 4_201_103,
  /** First of two numbers; the second is the hash of what is counted. */
  attempts: 4_201_104,
  /** Taken by a trigger: administrators are lost one after the other. */
  keepAdministrator: 4_201_105,
} as const;

export const databaseOptions = (url: string) => ({
  url,
  name: 'auth-service',
  entities: [
    UserEntity,
    SessionEntity,
    RefreshTokenEntity,
    SigningKeyEntity,
    TicketEntity,
    UserCopyEntity,
    AttemptEntity,
    AuditEntity,
    LastSeenEntity,
    ResetEntity,
    AvatarEntity,
    VerificationEntity,
    MailEntity,
  ],
  migrations: [
    Users1763683200000,
    Sessions1763683201000,
    SigningKeys1763683202000,
    Tickets1763683203000,
    UserCopies1763683204000,
    Attempts1763683205000,
    Audit1763683206000,
    LastSeen1763700100000,
    Administration1763700200000,
    Avatars1763900100000,
    ChangesByTransaction1763900200000,
    WholeCopies1764000100000,
    Restored1764000200000,
    Verifications1764000300000,
    MailedResets1764000400000,
  ],
});
