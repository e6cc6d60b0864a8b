// Sign-in sessions: going on, ending, and what else one is signed in with.
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { endOtherSessions, endSession, listSessions, logout, refresh, refreshBody } from '@natter/contracts/auth';
import type { SignInSession } from '@natter/contracts/auth';
import type { Page } from '@natter/contracts/common';
import { NatterError } from '@natter/contracts/errors';
import { SessionId } from '@natter/contracts/ids';
import { listQuery } from '@natter/contracts/rooms';
import { listConnections, type LiveConnection } from '@natter/contracts/sessions';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Access, bearerToken, demandOwnPage } from '../http/auth.guard.js';
import { Caller, FromCaller, FromVisitor, Visitor } from '../http/caller.js';
import { TokenCookies } from '../http/token-cookies.js';
import { type SignedIn, signedIn } from './signed-in.js';

type RefreshBody = z.infer<typeof refreshBody>;
type Connection = Omit<LiveConnection, 'user' | 'session'>;

interface ShownSession extends SignInSession {
  current: boolean;
  connections: Connection[];
}

/** The list of sessions does not wait longer for what is only decoration. */
const connectionsMs = 1_000;

@Controller('api/auth')
export class SessionController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly cookies: TokenCookies,
  ) {}

  /** The token comes and goes the same way: in bodies, or in cookies. */
  @Post('refresh')
  @HttpCode(200)
  @Access('public')
  async refresh(
    @Req() request: FastifyRequest,
    @Body({ schema: refreshBody }) body: RefreshBody,
    @FromVisitor() visitor: Visitor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedIn> {
    const inBody = body.refresh_token !== undefined;
    const token = body.refresh_token ?? this.cookies.refresh(request);
    if (!inBody && this.hasCookie(request)) demandOwnPage(request);
    if (token === undefined) throw new NatterError('unauthenticated');
    try {
      const tokens = await this.rpc.call(refresh, { refresh_token: token, origin: visitor.origin }, visitor);
      if (!inBody) this.cookies.set(reply, tokens);
      return signedIn(tokens, inBody);
    } catch (error) {
      if (!inBody && error instanceof NatterError && error.code === 'session_revoked') this.cookies.clear(reply);
      throw error;
    }
  }

  /** By the access token, or by the refresh token when that one has expired. */
  @Post('logout')
  @HttpCode(204)
  @Access('public')
  async logout(
    @Req() request: FastifyRequest,
    @Body({ schema: refreshBody }) body: RefreshBody,
    @FromVisitor() visitor: Visitor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const byHeader = bearerToken(request) !== undefined;
    const byCookie = !byHeader && body.refresh_token === undefined && this.hasCookie(request);
    if (byCookie) demandOwnPage(request);
    const token = body.refresh_token ?? (byCookie ? this.cookies.refresh(request) : undefined);
    if (request.identity !== null) await this.rpc.call(logout, { session: request.identity.session }, visitor);
    else if (token !== undefined) await this.rpc.call(logout, { refresh_token: token }, visitor);
    if (byCookie) this.cookies.clear(reply);
    if (request.identity === null && token === undefined) throw new NatterError('unauthenticated');
  }

  @Get('sessions')
  async list(
    @Query({ schema: listQuery }) query: z.infer<typeof listQuery>,
    @FromCaller() caller: Caller,
  ): Promise<Page<ShownSession>> {
    const { user, session } = caller;
    const [{ items, next }, connections] = await Promise.all([
      this.rpc.call(listSessions, { ...query, actor: user, session }, caller),
      this.connectionsOf(caller),
    ]);
    return {
      items: items.map((item) => ({
        ...item,
        current: item.id === session,
        connections: connections.get(item.id) ?? [],
      })),
      next,
    };
  }

  @Delete('sessions')
  @HttpCode(204)
  async endOthers(@FromCaller() caller: Caller): Promise<void> {
    await this.rpc.call(endOtherSessions, { actor: caller.user, session: caller.session }, caller);
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  async end(@Param('id', { schema: SessionId }) target: string, @FromCaller() caller: Caller): Promise<void> {
    await this.rpc.call(endSession, { actor: caller.user, session: caller.session, target }, caller);
  }

  private hasCookie(request: FastifyRequest): boolean {
    return this.cookies.refresh(request) !== undefined || this.cookies.access(request) !== undefined;
  }

  /** Live sockets by session; none when the session-service is away. */
  private async connectionsOf(caller: Caller): Promise<Map<string, Connection[]>> {
    const { items } = await this.rpc
      .call(listConnections, { user: caller.user }, caller.within(connectionsMs))
      .catch(() => ({ items: [] as LiveConnection[] }));
    const bySession = new Map<string, Connection[]>();
    for (const { user: _user, session, ...connection } of items)
      bySession.set(session, [...(bySession.get(session) ?? []), connection]);
    return bySession;
  }
}
