// The account in the browser: its name, picture and sessions; what an administrator takes from it; a new password by a link.
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { launchBrowser, Window } from './harness/browser.js';
import { ChatPage } from './harness/chat-page.js';
import { freshName, signIn } from './harness/person.js';
import { pixel } from './harness/uploads.js';
import { useSystem } from './harness/use-system.js';
import { visit, type Visitor } from './harness/visitor.js';
import { until } from './harness/wait.js';

const root = { username: 'root', password: 'the root of all llamas' };
const natter = await useSystem({
  env: { NATTER_ADMIN_USERNAME: root.username, NATTER_ADMIN_PASSWORD: root.password },
});
const browser = await launchBrowser();
afterAll(() => browser.close());

const arrive = (prefix: string): Promise<Visitor> => visit(browser, natter.url, prefix);

async function administer(): Promise<{ window: Window; page: Page; account: (name: string) => Promise<void> }> {
  const window = await Window.open(browser, natter.url);
  const { page } = window;
  await new ChatPage(page).signIn(root.username, root.password);
  await page.getByRole('link', { name: 'Administer' }).first().click();
  const account = async (name: string): Promise<void> => {
    await page.getByRole('searchbox').fill(name);
    await page
      .locator('summary')
      .filter({ hasText: `@${name}` })
      .click();
  };
  return { window, page, account };
}

const openSettings = ({ page }: Visitor): Promise<void> =>
  page.getByRole('link', { name: 'Settings', exact: true }).first().click();
const avatar = (page: Page) => page.locator('main img[src^="/api/avatars/"]').first();
/** A picture that was asked for, and came. */
const isDrawn = async (page: Page): Promise<boolean> =>
  (await avatar(page).count()) > 0 &&
  (await avatar(page).evaluate((image) => (image as HTMLImageElement).naturalWidth === 256));

it('a name and a picture are changed where others see them, and other sessions are ended', async () => {
  const [ann, ben] = [await arrive('ann'), await arrive('ben')];
  const elsewhere = natter.api.as((await signIn(natter.api, ann.name, `correct horse ${ann.name}`)).access_token);
  const title = freshName('Garden');
  await ann.chat.createRoom(title);
  await ann.chat.say('a llama');
  await openSettings(ann);

  await ann.page.getByLabel('Display name').fill('Ann of the Llamas');
  await ann.page.getByRole('button', { name: 'Change name' }).click();
  await ann.page.getByText('Your name is changed.').waitFor();

  const picker = ann.page.getByLabel('Picture', { exact: true });
  await picker.setInputFiles({
    name: 'me.png',
    mimeType: 'image/png',
    buffer: Buffer.from('<svg onload="alert(1)"/>'),
  });
  await ann.page.getByRole('alert').filter({ hasText: 'no picture' }).waitFor();
  await picker.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: pixel });
  await ann.page.getByText('Your picture is changed.').waitFor();
  await until('it is drawn', () => isDrawn(ann.page));

  await ben.chat.findAndJoin(title);
  await ben.page.getByRole('article', { name: 'Ann of the Llamas' }).waitFor();
  await until('ben sees it beside the message', () => isDrawn(ben.page));
  const picture = await avatar(ann.page).getAttribute('src');
  await ann.page.getByRole('button', { name: 'Remove picture' }).click();
  await ann.page.getByText('Your picture is removed.').waitFor();
  expect(await avatar(ann.page).count()).toBe(0);
  expect((await elsewhere.get(String(picture))).status).toBe(404);

  await ann.page.getByRole('button', { name: 'End all others' }).click();
  await until('the other session is over', async () => (await elsewhere.get('/api/auth/me')).status === 401);
  await ann.page.getByText('You are signed in nowhere else.').waitFor();

  const isRefusal = (said: string): boolean => /422 .*\/api\/auth\/me\/avatar/.test(said);
  for (const { window } of [ann, ben]) expect(window.complaints.filter((said) => !isRefusal(said))).toEqual([]);
});

it('a grant that is taken leaves a button that says so, and works again when it is given back', async () => {
  const [cas, admin] = [await arrive('cas'), await administer()];
  await cas.chat.createRoom(freshName('Attic'));
  const attach = cas.page.getByRole('button', { name: 'Add files' });
  expect(await attach.getAttribute('aria-disabled')).toBe('false');
  await admin.account(cas.name);
  const grant = admin.page.getByRole('switch', { name: 'Send files' });
  await grant.click();
  await until('it is off', async () => !(await grant.isChecked()));
  await until('the button follows', async () => (await attach.getAttribute('aria-disabled')) === 'true');
  await attach.press('Enter');
  await cas.page.getByText('Your account may not send files.').first().waitFor();
  await cas.page.getByLabel('Files to send').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: pixel });
  expect(await cas.page.getByRole('list', { name: 'Files to send' }).count()).toBe(0);

  await openSettings(cas);
  await cas.page.getByText('You can write, but not send files.').waitFor();
  await admin.page.getByRole('switch', { name: 'Make rooms' }).click();
  await cas.page.getByRole('link', { name: 'Rooms', exact: true }).first().click();
  await cas.page.getByText('Your account may not make rooms.').waitFor();
  await grant.click();
  await admin.page.getByRole('switch', { name: 'Make rooms' }).click();
  await cas.page.getByRole('button', { name: 'New room' }).and(cas.page.locator('[aria-disabled=false]')).waitFor();
  for (const { window } of [cas, admin]) expect(window.complaints).toEqual([]);
});

it('who forgot a password gets in by a link of an administrator, once', async () => {
  const [dora, admin] = [await arrive('dora'), await administer()];
  await admin.account(dora.name);
  await admin.page.getByRole('button', { name: 'Reset password' }).click();
  const dialog = admin.page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const link = await dialog.getByRole('textbox').inputValue();
  expect(link.startsWith(`${natter.url}/reset#`)).toBe(true);

  const { page } = await Window.open(browser, natter.url);
  await page.goto(link);
  await page.getByLabel('New password').fill('a new pasture for llamas');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('Your new password is set.').waitFor();
  await dora.page.getByRole('button', { name: 'Sign in' }).waitFor();
  await new ChatPage(page).signIn(dora.name, 'a new pasture for llamas');

  const again = (await Window.open(browser, natter.url)).page;
  await again.goto(link);
  await again.getByLabel('New password').fill('yet another pasture');
  await again.getByRole('button', { name: 'Set the password' }).click();
  await again.getByRole('alert').filter({ hasText: 'This link is no good' }).waitFor();
});
