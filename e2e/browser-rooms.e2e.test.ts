// Rooms in the browser: people come in by a link, are given roles, are told why they may not, are banned and let in again, write to
// one another, and mute.
import { afterAll, expect, it } from 'vitest';
import { launchBrowser } from './harness/browser.js';
import { freshName } from './harness/person.js';
import { useSystem } from './harness/use-system.js';
import { visit, type Visitor } from './harness/visitor.js';
import { until } from './harness/wait.js';

const natter = await useSystem();
const browser = await launchBrowser();
afterAll(() => browser.close());

const arrive = (prefix: string): Promise<Visitor> => visit(browser, natter.url, prefix);

const openPanel = async ({ page }: Visitor): Promise<void> => {
  await page.getByRole('button', { name: /^About this/ }).click();
  await page.getByRole('list', { name: 'Members' }).waitFor();
};
const menuOf = async ({ page }: Visitor, { name }: Visitor): Promise<void> =>
  page.getByRole('button', { name: `More about ${name}` }).click();
const item = ({ page }: Visitor, name: string) => page.getByRole('menuitem', { name });
const dialog = ({ page }: Visitor) => page.getByRole('dialog');

it('a room that one is not in is shown with a way back from it, on a phone too', async () => {
  const [ann, ben] = [await arrive('ann'), await arrive('ben')];
  const title = freshName('Porch');
  await ann.chat.createRoom(title);
  await ben.page.setViewportSize({ width: 390, height: 800 });
  await ben.page.goto(new URL(ann.page.url()).pathname);
  await ben.page.getByRole('heading', { level: 1, name: title }).waitFor();
  await ben.page.getByRole('button', { name: 'Join the room' }).waitFor();
  await ben.page.getByRole('link', { name: 'Back to your rooms' }).click();
  await ben.page.getByRole('heading', { name: 'Your rooms' }).waitFor();
  await ben.page.goto('/chat/no-such-room');
  await ben.page.getByRole('heading', { name: 'No such room for you' }).waitFor();
  await ben.page.getByRole('link', { name: 'Back to your rooms' }).click();
  await ben.page.getByRole('heading', { name: 'Your rooms' }).waitFor();
  expect(ben.window.complaints.filter((said) => !/404 .*no-such-room/.test(said))).toEqual([]);

  await ben.page.goto(new URL(ann.page.url()).pathname);
  await ben.page.getByRole('button', { name: 'Join the room' }).click();
  await ann.chat.say('Words that do not break where they are quoted. '.repeat(4));
  await ben.chat.reply('Words that do not', 'I see');
  // Nothing of a message lies beside the screen.
  const bubbles = ben.page.getByRole('article').locator('.bubble');
  const boxes = await Promise.all((await bubbles.all()).map((bubble) => bubble.boundingBox()));
  expect(boxes).toHaveLength(2);
  for (const box of boxes) expect([box!.x >= 0, box!.x + box!.width <= 390]).toEqual([true, true]);
});

it('a private room fills by a link, changes hands, and keeps out who is banned', async () => {
  const [ann, ben, eve] = [await arrive('ann'), await arrive('ben'), await arrive('eve')];
  const title = freshName('Cellar');
  await ann.chat.createRoom(title, 'private');
  await openPanel(ann);
  await ann.page.getByRole('button', { name: 'Invite by link' }).click();
  await dialog(ann).getByRole('button', { name: 'Make a link' }).click();
  const link = await dialog(ann).getByRole('textbox', { name: 'Link' }).inputValue();
  expect(link.startsWith(`${natter.url}/chat/`)).toBe(true);
  await ann.page.keyboard.press('Escape');

  for (const guest of [ben, eve]) {
    await guest.page.goto(link);
    await guest.page.getByRole('heading', { name: 'You are invited' }).waitFor();
    await guest.page.getByRole('button', { name: 'Join the room' }).click();
    await guest.page.getByRole('heading', { level: 1, name: title }).waitFor();
    await until('the code has left the address', () => !guest.page.url().includes('invite='));
    await openPanel(guest);
  }

  // A member is told what is missing, by the keyboard too.
  const settings = ben.page.getByRole('button', { name: 'Room settings' });
  await until('it says why not', async () => (await settings.innerText()).includes('Only admins and the owner'));
  expect(await settings.getAttribute('aria-disabled')).toBe('true');
  await menuOf(ben, eve);
  await ben.page.keyboard.press('End');
  const focused = ben.page.locator(':focus');
  expect(await focused.innerText()).toMatch(/^Ban…\s+Only admins and the owner remove people/);
  await ben.page.keyboard.press('Enter');
  await ben.page.keyboard.press('Escape');
  await item(ben, 'Ban…').waitFor({ state: 'hidden' });

  await menuOf(ann, ben);
  await item(ann, 'Make admin').click();
  await until('ben may now', async () => (await settings.getAttribute('aria-disabled')) === 'false');
  await settings.click();
  await dialog(ben).getByLabel('Title').fill(`${title} 2`);
  await dialog(ben).getByLabel('Topic').fill('Potatoes');
  await dialog(ben).getByRole('button', { name: 'Save' }).click();
  await ann.page.getByRole('heading', { level: 1, name: `${title} 2` }).waitFor();
  await ann.page.getByText('Potatoes').waitFor();

  await menuOf(ben, eve);
  await item(ben, 'Ban…').click();
  await dialog(ben).getByRole('button', { name: 'Ban' }).click();
  await eve.page.getByRole('status').filter({ hasText: 'banned' }).waitFor();
  await eve.page.goto(link);
  await eve.page.getByRole('button', { name: 'Join the room' }).click();
  await eve.page.getByRole('alert').filter({ hasText: 'You are banned' }).waitFor();
  await ben.page.locator('summary').filter({ hasText: 'Banned' }).click();
  await ben.page.getByRole('button', { name: `Let ${eve.name} in again` }).click();
  await ben.page.getByText('Nobody is banned').waitFor();
  await eve.page.getByRole('button', { name: 'Join the room' }).click();
  await eve.page.getByRole('heading', { level: 1, name: `${title} 2` }).waitFor();

  await menuOf(ann, ben);
  await item(ann, 'Hand the room over…').click();
  await dialog(ann).getByRole('button', { name: 'Hand over' }).click();
  await ben.page.getByText('To leave it, hand it over').waitFor();
  await ann.page.getByRole('button', { name: 'Leave room' }).click();
  await dialog(ann).getByRole('button', { name: 'Leave room' }).click();
  await ann.page.getByRole('heading', { name: 'Your rooms' }).waitFor();
  await until('it is gone from her list', async () => (await ann.chat.roomLink(title).count()) === 0);

  const isAnswer = (said: string): boolean => /(403|404) .*\/api\/rooms\//.test(said);
  for (const { window } of [ann, ben, eve]) expect(window.complaints.filter((said) => !isAnswer(said))).toEqual([]);
});

it('two people write to each other, and one mutes the other', async () => {
  const [ann, ben] = [await arrive('ann'), await arrive('ben')];
  await ann.page.getByRole('button', { name: 'New message' }).click();
  await dialog(ann).getByRole('searchbox').fill(ben.name.toUpperCase());
  await dialog(ann)
    .getByRole('button', { name: `Write to ${ben.name}` })
    .click();
  await ann.page.getByRole('heading', { level: 1, name: ben.name }).waitFor();
  await ann.chat.say('psst');
  await ben.chat.openRoom(ann.name);
  await ben.chat.hears('psst');
  await openPanel(ben);
  expect(await ben.page.getByRole('button', { name: 'Leave room' }).count()).toBe(0);
  await ben.page.getByRole('button', { name: /^Notifications/ }).click();
  await dialog(ben).getByLabel('Mute').selectOption('For 8 hours');
  await dialog(ben).getByRole('button', { name: 'Save' }).click();
  await ben.page.getByRole('button', { name: /^Notifications\s+Muted until/ }).waitFor();
  await ben.page.reload();
  await openPanel(ben);
  await ben.page.getByRole('button', { name: /^Notifications\s+Muted until/ }).waitFor();
  for (const { window } of [ann, ben]) expect(window.complaints).toEqual([]);
});

it('somebody is added to a room by name, and finds it in their list', async () => {
  const [ann, ben] = [await arrive('ann'), await arrive('ben')];
  const title = freshName('Attic');
  await ann.chat.createRoom(title, 'private');
  await openPanel(ann);
  await ann.page.getByRole('button', { name: 'Add people' }).click();
  await dialog(ann).getByRole('searchbox').fill(ben.name.slice(0, -2));
  await dialog(ann)
    .getByRole('button', { name: `Add ${ben.name}` })
    .click();
  await dialog(ann).getByText('is here').or(dialog(ann).getByText('added')).waitFor();
  await ben.chat.openRoom(title);
  await ann.page.keyboard.press('Escape');
  await ann.page.getByRole('list', { name: 'Members' }).getByText(`@${ben.name}`).waitFor();
});
