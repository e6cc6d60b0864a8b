import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { busAccess, busRoles, type BusUser, busUsers } from './bus-access.js';
import type { Rpc } from './rpc.js';
import { getQueuedBytes } from './sessions.js';
import { buckets, subjects } from './subjects.js';

const files = readdirSync(new URL('.', import.meta.url)).filter((name) => /^[a-z-]+\.ts$/.test(name));
const modules = await Promise.all(files.map((name) => import(new URL(name, import.meta.url).href) as Promise<object>));
const isCall = (value: unknown): value is Rpc =>
  typeof value === 'object' && value !== null && 'subject' in value && 'request' in value;
const calls = modules.flatMap((module) => Object.values(module).filter(isCall)).map(({ subject }) => subject);

const everybody = (pick: (user: BusUser) => readonly string[]) => busUsers.flatMap(pick);
const said = everybody((user) => [...busAccess(user).publish]);
const subjectsOf = (list: readonly { readonly subject: string }[]) => list.map(({ subject }) => subject);

describe('the access to the bus', () => {
  it('knows every call: exactly one service answers it, and some service makes it', () => {
    const instanceCall = getQueuedBytes('ANY').subject.replace('ANY', '*');
    const answered = everybody((user) => subjectsOf([...busRoles[user].answers, ...busRoles[user].answersAlone]));
    expect(calls.length).toBeGreaterThan(70);
    expect(answered.toSorted()).toEqual([...calls, subjects.page, instanceCall].toSorted());
    const made = new Set(everybody((user) => subjectsOf(busRoles[user].calls)));
    expect([...made].toSorted()).toEqual(answered.toSorted());
  });

  it('knows every other subject: some service says it, and some service hears it', () => {
    const patterns = Object.values(subjects).map((subject) =>
      typeof subject === 'string' ? subject : subject('ANY', 0).replace('ANY', '*'),
    );
    const heard = new Set(everybody((user) => busAccess(user).subscribe.map((pattern) => pattern.split(' ')[0]!)));
    // Nobody says that an append was not heard by anybody, but nats-server itself.
    const bySystem = [subjects.instanceAppendReply('ANY', 0).replace('ANY', '*'), 'natter.instance.*.appended.*'];
    for (const pattern of patterns) {
      if (!bySystem.includes(pattern)) expect(said).toContain(pattern);
      if (pattern !== bySystem[0]) expect(heard).toContain(pattern);
    }
    const known = [...calls, ...patterns];
    for (const pattern of [...said, ...heard]) if (pattern.startsWith('natter.')) expect(known).toContain(pattern);
  });

  it('lets the session-service alone write buckets, and the room-service watch the interest', () => {
    const writers = (pattern: string) => busUsers.filter((user) => busAccess(user).publish.includes(pattern));
    for (const bucket of Object.values(buckets)) {
      const whole = [`$KV.${bucket}.>`, ...['CREATE', 'DELETE'].map((verb) => `$JS.API.STREAM.${verb}.KV_${bucket}`)];
      for (const pattern of whole) expect(writers(pattern)).toEqual(['session-service']);
    }
    const watched = (bucket: string) => writers(`$JS.API.CONSUMER.CREATE.KV_${bucket}.>`);
    expect(watched(buckets.interest)).toEqual(['room-service', 'session-service']);
    expect(watched(buckets.leases)).toEqual(['session-service']);
  });

  it('gives each service an inbox that no other hears, and that only those it asks write to', () => {
    const inboxes = (patterns: readonly string[]) => patterns.filter((pattern) => pattern.startsWith('_INBOX'));
    for (const user of busUsers) expect(inboxes(busAccess(user).subscribe)).toEqual([`_INBOX.${user}.>`]);
    expect(inboxes(busAccess('gateway').publish)).toEqual([]);
    expect(inboxes(busAccess('notification-service').publish)).toEqual([
      '_INBOX.gateway.>',
      '_INBOX.room-service.>',
      '_INBOX.ws-gateway.>',
    ]);
  });

  it('opens calls to those that answer them in their queue group only', () => {
    expect(busAccess('room-service').subscribe).toContain('natter.log.append room-service');
    for (const user of busUsers)
      for (const pattern of busAccess(user).subscribe)
        expect(pattern.endsWith(` ${user}`), pattern).toBe(/^natter\.(rpc|log|hint)\./.test(pattern));
  });

  it('opens nothing at the root, and no other service’s subjects by a wildcard', () => {
    for (const pattern of said.concat(everybody((user) => [...busAccess(user).subscribe])))
      expect(pattern).toMatch(/^(natter\.(rpc|event|log|hint|instance)\.|_INBOX\.[a-z-]+\.>|\$KV\.|\$JS\.(API|FC)\.)/);
  });
});
