// What becomes of messages, in two browsers: they are edited, deleted, reacted to, answered in a thread, and name somebody; over a
// connection that is cut as well, and by the keyboard.
import { afterAll, expect, it } from 'vitest';
import { launchBrowser } from './harness/browser.js';
import { Cable } from './harness/cable.js';
import { freshName } from './harness/person.js';
import { useSystem } from './harness/use-system.js';
import { visit, type Visitor } from './harness/visitor.js';
import { until } from './harness/wait.js';

const cables = [await Cable.lay(), await Cable.lay()] as const;
const natter = await useSystem({ env: { NATTER_ORIGINS: cables.map(({ url }) => url).join(',') } });
for (const cable of cables) cable.leadTo(natter.url);
const browser = await launchBrowser();
afterAll(async () => {
  await browser.close();
  for (const cable of cables) cable.remove();
});

/** Somebody in a window of their own, at the end of a cable. */
const arrive = (prefix: string, cable: Cable): Promise<Visitor> => visit(browser, cable.url, prefix);

it('messages are changed, deleted, reacted to and answered, and both see it', async () => {
  const [ann, ben] = [await arrive('ann', cables[0]), await arrive('ben', cables[1])];
  const title = freshName('Garden');
  await ann.chat.createRoom(title);
  await ben.chat.findAndJoin(title);

  await ann.chat.say('Who waters the tomatos?');
  await ben.chat.hears('Who waters the tomatos?');
  await ann.chat.edit('tomatos', 'Who waters the tomatoes?');
  await ben.chat.showsAs('Who waters the tomatoes?', '(edited)');
  await ann.page.getByRole('textbox', { name: /^Message to/ }).press('ArrowUp');
  const edit = ann.page.getByRole('textbox', { name: 'Your message' });
  expect(await edit.inputValue()).toBe('Who waters the tomatoes?');
  await edit.press('Escape');
  await edit.waitFor({ state: 'hidden' });

  await ben.chat.react('Who waters', 'thumbs up');
  await ann.chat.reaction('Who waters', new RegExp(`1: ${ben.name}`)).click();
  const both = ann.chat.reaction('Who waters', new RegExp(`2: you and ${ben.name}`));
  await both.waitFor();
  expect(await both.getAttribute('aria-pressed')).toBe('true');
  await ben.chat.reaction('Who waters', new RegExp(`2: you and ${ann.name}`)).click();
  await ann.chat.reaction('Who waters', /1: you$/).waitFor();

  await ann.chat.leaveTheChat();
  // Whoever begins a name is offered who may be meant.
  const box = ben.page.getByRole('textbox', { name: /^Message to/ });
  const offered = ben.page.getByRole('listbox', { name: 'Who is meant' });
  await box.pressSequentially(`@${ann.name.slice(0, -3)}`);
  await offered
    .getByRole('option', { selected: true })
    .filter({ hasText: `@${ann.name}` })
    .waitFor();
  await box.press('Escape');
  await offered.waitFor({ state: 'hidden' });
  await box.fill('');
  await box.pressSequentially(`@${ann.name.slice(0, -3)}`);
  await offered.waitFor();
  await box.press('Enter');
  expect(await box.inputValue()).toBe(`@${ann.name} `);
  await box.pressSequentially('me, unless it rains');
  await box.press('Enter');
  await ann.chat.roomLink(title).filter({ hasText: 'some for you' }).waitFor();
  await ann.chat.openRoom(title);
  await ann.page.getByRole('article', { name: `${ben.name}, naming you` }).waitFor();
  await until('it is read', async () => !(await ann.chat.roomLink(title).innerText()).includes('for you'));

  await ben.chat.openThread('Who waters');
  await ben.chat.answer('The roof ones too?');
  await ann.page.getByRole('button', { name: '1 answer' }).waitFor();
  await ann.page
    .getByRole('article', { name: `${ben.name}, in a thread` })
    .getByRole('button')
    .press('Enter');
  await ann.chat.thread.getByRole('article').filter({ hasText: 'The roof ones too?' }).waitFor();
  await ann.chat.answer('All of them');
  await ben.chat.thread.getByRole('article').filter({ hasText: 'All of them' }).waitFor();
  await ben.chat.thread.getByText('2 answers').waitFor();
  await ann.page.keyboard.press('Escape');
  await ann.chat.thread.waitFor({ state: 'hidden' });
  const focused = ann.page.locator(':focus');
  await until('the focus is where it was', async () => {
    return (await focused.count()) === 1 && (await focused.innerText()).includes('The roof ones too?');
  });

  await ann.chat.say('This is wrong');
  await ben.chat.hears('This is wrong');
  await ben.chat.say('It is?');
  await ann.chat.hears('It is?');
  await ann.chat.delete('This is wrong');
  await ben.chat.hears('This message was deleted');
  // What had the focus went with the message: the one after it has it now.
  await until('the focus is at the next message', async () => {
    return (await focused.count()) === 1 && (await focused.innerText()).includes('It is?');
  });
  for (const { page } of [ann, ben]) expect(await page.getByText('This is wrong').count()).toBe(0);

  // A member may not delete what another said, and is told why; the owner may.
  const more = ben.page
    .getByRole('region', { name: 'Messages', exact: true })
    .getByRole('article')
    .filter({ hasText: 'Who waters' });
  await more.getByRole('button', { name: /^More about/ }).press('Enter');
  const item = ben.page.getByRole('menuitem', { name: 'Delete…' });
  expect(await item.getAttribute('aria-disabled')).toBe('true');
  expect(await item.innerText()).toMatch(/Only who said it/);
  await ben.page.keyboard.press('Escape');
  await ann.chat.delete('me, unless it rains');
  await until('it is gone for both', async () => {
    const left = await Promise.all([ann, ben].map(({ page }) => page.getByText('me, unless it rains').count()));
    return left.every((count) => count === 0);
  });
  for (const { window } of [ann, ben]) expect(window.complaints).toEqual([]);
});

it('a change that is made without a connection shows, outlives a reload, and is made once', async () => {
  const [ann, ben] = [await arrive('ann', cables[0]), await arrive('ben', cables[1])];
  const title = freshName('Shed');
  await ann.chat.createRoom(title);
  await ben.chat.findAndJoin(title);
  for (const text of ['The key is under the first pot', 'Not this']) await ann.chat.say(text);
  await ben.chat.hears('Not this');
  await ben.chat.say('Thanks');
  await ann.chat.hears('Thanks');

  await ann.window.context.setOffline(true);
  cables[0].pull();
  await ann.chat.seesItIsOffline();
  await ann.chat.edit('first pot', 'The key is under the second pot');
  await ann.chat.delete('Not this');
  await ann.chat.react('Thanks', 'heart');
  await ann.chat.showsAs('second pot', 'saving');
  await ann.chat.showsAs('Not this', 'deleting');
  await ann.chat.reaction('Thanks', /1: you$/).waitFor();
  expect(await ben.page.getByText('second pot').count()).toBe(0);

  cables[0].plugIn();
  await ann.window.context.setOffline(false);
  await ann.page.reload();
  await ben.chat.showsAs('The key is under the second pot', '(edited)');
  await ben.chat.hears('This message was deleted');
  await ben.chat.reaction('Thanks', new RegExp(`1: ${ann.name}`)).waitFor();
  await ann.chat.showsAs('The key is under the second pot', '(edited)');
  await ann.chat.reaction('Thanks', /1: you$/).waitFor();
  const changes = ben.window.frames.filter(({ type }) => ['edited', 'deleted', 'reaction'].includes(type));
  expect(changes.map(({ type }) => type)).toEqual(['edited', 'deleted', 'reaction']);
  expect(ben.window.complaints).toEqual([]);
});
