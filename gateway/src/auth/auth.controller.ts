// Signing in and out, and one's own account. A browser gets its tokens as cookies only, a bot in the body only.
import { Body, Controller, Get, Header, HttpCode, Patch, Post, Res } from '@nestjs/common';
import {
  type Account,
  changePassword,
  createTicket,
  forgotPassword,
  forgottenBody,
  type ForgottenBody,
  getAccount,
  getJwks,
  type IssuedTokens,
  login,
  type LoginBody,
  loginBody,
  passwordBody,
  type PasswordBody,
  patchAccount,
  patchMeBody,
  type PatchMeBody,
  register,
  type RegisterBody,
  registerBody,
  resetBody,
  type ResetBody,
  resetPassword,
  verify,
  type VerifyBody,
  verifyBody,
} from '@natter/contracts/auth';
import type { User } from '@natter/contracts/events';
import type { ReplyOf } from '@natter/contracts/rpc';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { FastifyReply } from 'fastify';
import { Access } from '../http/auth.guard.js';
import { Caller, FromCaller, FromVisitor, Visitor } from '../http/caller.js';
import { noBody } from '../http/no-body.js';
import { TokenCookies } from '../http/token-cookies.js';
import { type SignedIn, signedIn } from './signed-in.js';

@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cookies: TokenCookies,
  ) {}

  @Post('register')
  @Access('public')
  async register(
    @Body({ schema: registerBody }) body: RegisterBody,
    @FromVisitor() visitor: Visitor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ user?: Account }> {
    const { user } = await this.rpc.call(register, { ...body, origin: visitor.origin }, visitor);
    if (user !== null) return { user };
    reply.code(202);
    return {};
  }

  /** 200 when the same token did it before. */
  @Post('verify')
  @Access('public')
  async verify(
    @Body({ schema: verifyBody }) body: VerifyBody,
    @FromVisitor() visitor: Visitor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ user: User }> {
    const { user, isRepeat } = await this.rpc.call(verify, { ...body, origin: visitor.origin }, visitor);
    if (isRepeat) reply.code(200);
    return { user };
  }

  @Post('login')
  @HttpCode(200)
  @Access('public')
  async login(
    @Body({ schema: loginBody }) body: LoginBody,
    @FromVisitor() visitor: Visitor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedIn> {
    const tokens: IssuedTokens = await this.rpc.call(login, { ...body, origin: visitor.origin }, visitor);
    if (body.token !== true) this.cookies.set(reply, tokens);
    return signedIn(tokens, body.token === true);
  }

  @Get('me')
  me(@FromCaller() caller: Caller): Promise<ReplyOf<typeof getAccount>> {
    return this.rpc.call(getAccount, { actor: caller.user }, caller);
  }

  @Patch('me')
  patchMe(
    @Body({ schema: patchMeBody }) body: PatchMeBody,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof patchAccount>> {
    const { user: actor, session, origin } = caller;
    return this.rpc.call(patchAccount, { ...body, actor, session, origin }, caller);
  }

  /** By a token that an administrator has handed over, or that came by mail. Signs nobody in. */
  @Post('reset')
  @HttpCode(204)
  @Access('public')
  async reset(@Body({ schema: resetBody }) body: ResetBody, @FromVisitor() visitor: Visitor): Promise<void> {
    await this.rpc.call(resetPassword, { ...body, origin: visitor.origin }, visitor);
  }

  /** Answers the same whether there is such an account or not. */
  @Post('forgotten')
  @HttpCode(202)
  @Access('public')
  forgotten(
    @Body({ schema: forgottenBody }) body: ForgottenBody,
    @FromVisitor() visitor: Visitor,
  ): Promise<ReplyOf<typeof forgotPassword>> {
    return this.rpc.call(forgotPassword, { ...body, origin: visitor.origin }, visitor);
  }

  @Post('password')
  @HttpCode(204)
  async password(@Body({ schema: passwordBody }) body: PasswordBody, @FromCaller() caller: Caller): Promise<void> {
    const { user: actor, session, origin } = caller;
    await this.rpc.call(changePassword, { ...body, actor, session, origin }, caller);
  }

  @Post('ws-ticket')
  ticket(@Body({ schema: noBody }) _: object, @FromCaller() caller: Caller): Promise<ReplyOf<typeof createTicket>> {
    return this.rpc.call(createTicket, { actor: caller.user, session: caller.session }, caller);
  }

  @Get('jwks')
  @Header('cache-control', 'public, max-age=60')
  @Access('public')
  jwks(@FromVisitor() visitor: Visitor): Promise<ReplyOf<typeof getJwks>> {
    return this.rpc.call(getJwks, {}, visitor);
  }
}
