// Two people in two browsers on different ws-gateways walk the whole way: register, make a room, find it, talk, lose the
// network, come back complete, read, delete.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { Cable } from './harness/cable.js';
import { launchBrowser, Window } from './harness/browser.js';
import { ChatPage } from './harness/chat-page.js';
import { freshName } from './harness/person.js';
import { useSystem } from './harness/use-system.js';
import { until } from './harness/wait.js';

const cables = [await Cable.lay(), await Cable.lay()] as const;
const natter = await useSystem({ env: { NATTER_ORIGINS: cables.map(({ url }) => url).join(',') } });
for (const cable of cables) cable.leadTo(natter.url);
const browser = await launchBrowser();
afterAll(async () => {
  await browser.close();
  for (const cable of cables) cable.remove();
});

/** Reloads until a window is connected to another gateway than the first one. */
async function moveApart(stays: Window, moves: Window): Promise<void> {
  await until('both are connected', () => stays.gateway !== undefined && moves.gateway !== undefined);
  while (moves.gateway === stays.gateway) {
    const had = moves.frames.length;
    await moves.page.reload();
    await until('it is connected again', () => moves.frames.slice(had).some(({ type }) => type === 'ready'));
  }
}

it('two people walk the whole way', async () => {
  const windows = [await Window.open(browser, cables[0].url), await Window.open(browser, cables[1].url)] as const;
  const [hers, his] = windows;
  const [ann, ben] = [new ChatPage(hers.page), new ChatPage(his.page)];
  await ann.register(freshName('ann'));
  await ben.register(freshName('ben'));
  await moveApart(hers, his);

  const title = freshName('Tea');
  await ann.createRoom(title);
  await ben.findAndJoin(title);
  await ann.say('Is there tea?');
  await ben.hears('Is there tea?');
  await ann.showsAs('Is there tea?', 'Read');
  await ann.showsAs('Is there tea?', 'Seen by ben-');
  await ann.seesMember(/@ben-/, 'online');
  await ben.writes('There are');
  await ann.seesThat(/ben-\S+ is writing/);
  await ben.say('There are biscuits 🍪');
  await ann.hears('There are biscuits 🍪');

  await ben.leaveTheChat();
  await ann.say('Then I come over');
  await ann.showsAs('Then I come over', 'Delivered');
  await ben.roomLink(title).filter({ hasText: '1 unread' }).waitFor();
  await ben.openRoom(title);
  await ann.showsAs('Then I come over', 'Read');

  await his.context.setOffline(true);
  cables[1].pull();
  await ben.seesItIsOffline();
  const meanwhile = ['Are you there?', 'Hello?', 'I am at the door'];
  for (const text of meanwhile) await ann.say(text);
  await ben.say('Nobody hears me');
  await ben.showsAs('Nobody hears me', 'Waiting to be sent');
  await sleep(10_000); // long enough to be absent: the scenario itself is a time
  expect(await his.page.getByText('I am at the door').count()).toBe(0);
  cables[1].plugIn();
  await his.context.setOffline(false);
  for (const person of [ann, ben]) await person.endsWith([...meanwhile, 'Nobody hears me']);
  await ann.showsAs('I am at the door', 'Read');
  await ben.showsAs('Nobody hears me', 'Read');

  for (const window of windows) expect(window.complaints).toEqual([]);

  await ann.deleteRoom();
  await until('the room is gone for both', async () => {
    const left = await Promise.all([ann, ben].map((person) => person.roomLink(title).count()));
    return left.every((count) => count === 0);
  });
  // Whoever was in the room asks what it is now, and is told that it is not.
  const isAnswer = (said: string): boolean => /404 .*\/api\/rooms\//.test(said);
  for (const { complaints } of windows) expect(complaints.filter((said) => !isAnswer(said))).toEqual([]);
});
