// Access tokens: signed here with a key made at first start and kept, verified everywhere else with its public half.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { tokenAudience, tokenIssuer } from '@natter/contracts/auth';
import { Health } from '@natter/service-kit/health';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { Clock } from '../clock.js';
import type { SigningKeyEntity } from './signing-key.entity.js';
import { SigningKeyRepository } from './signing-key.repository.js';

@Injectable()
export class AccessTokenService implements OnModuleInit {
  private signing: { kid: string; key: CryptoKey | Uint8Array } | undefined;
  private published: JWK[] = [];

  constructor(
    private readonly keys: SigningKeyRepository,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    health: Health,
  ) {
    health.add('key', () => (this.signing === undefined ? 'not read' : 'ok'));
  }

  async onModuleInit(): Promise<void> {
    const keys = await this.keys.readOrMake(() => this.make());
    const [newest] = keys;
    if (newest === undefined) throw new Error('there is no signing key');
    this.signing = { kid: newest.kid, key: await importJWK(newest.privateJwk, 'EdDSA') };
    this.published = keys.map((key) => key.publicJwk);
  }

  /** The public halves of all keys, RFC 7517. */
  get jwks(): JWK[] {
    return this.published;
  }

  /** Signs a token for a session, good from now until `untilMs` (milliseconds since 1970, cut to a second). */
  sign(user: string, session: string, untilMs: number): Promise<string> {
    if (this.signing === undefined) throw new Error('the signing key has not been read');
    return new SignJWT({ sid: session })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: this.signing.kid })
      .setIssuer(tokenIssuer)
      .setAudience(tokenAudience)
      .setSubject(user)
      .setIssuedAt(Math.floor(this.clock.now() / 1_000))
      .setExpirationTime(Math.floor(untilMs / 1_000))
      .setJti(randomUUID())
      .sign(this.signing.key);
  }

  private async make(): Promise<SigningKeyEntity> {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const publicPart = await exportJWK(pair.publicKey);
    const kid = await calculateJwkThumbprint(publicPart);
    this.logger.info({ kid }, 'signing key made');
    return {
      kid,
      privateJwk: await exportJWK(pair.privateKey),
      publicJwk: { ...publicPart, kid, alg: 'EdDSA', use: 'sig' },
      createdAt: new Date(this.clock.now()),
    };
  }
}
