// Mails and the browser: registering leads to the mail, the link in it to a page that asks for a press, and that to the rooms; another email;
// a forgotten password.
import { MailReceiver, type ReceivedMail } from '@natter/service-kit/testing/mail-receiver';
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { launchBrowser, Window } from './harness/browser.js';
import { freshName } from './harness/person.js';
import { useSystem } from './harness/use-system.js';
import { until } from './harness/wait.js';

const receiver = await MailReceiver.start();
afterAll(() => receiver.close());
const natter = await useSystem({
  env: { NATTER_MAIL_URL: receiver.url, NATTER_MAIL_FROM: 'Natter <natter@example.org>' },
});
const browser = await launchBrowser();
afterAll(() => browser.close());

// Where mails lead, which is where cookies are then.
const site = natter.url.replace('127.0.0.1', 'localhost');
const password = 'nine llamas on a raft';
const mailTo = async (address: string, nth = 1): Promise<ReceivedMail> => {
  await until(`mail ${nth} to ${address}`, () => receiver.to(address).length >= nth);
  return receiver.to(address)[nth - 1]!;
};
const linkIn = ({ text }: ReceivedMail): string => /^http\S+\/(?:verify|reset)#\S+$/m.exec(text)?.[0] ?? 'no link';

async function register(page: Page, name: string, email = `${name}@example.org`): Promise<void> {
  await page.goto('/register');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Username').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
}

async function signIn(page: Page, login: string, secret = password): Promise<void> {
  await page.getByLabel('Email or username').fill(login);
  await page.getByLabel('Password').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Your rooms' }).waitFor();
}

it('who registers follows a link, confirms, and signs in; a link that was used says what to do', async () => {
  const { page, complaints } = await Window.open(browser, site);
  const ann = freshName('ann');
  await register(page, ann);
  await page.getByText(`${ann}@example.org`).waitFor();
  await page.getByRole('button', { name: 'Send it again' }).click();
  await page.getByText('Another mail is on its way').waitFor();

  const link = linkIn(await mailTo(`${ann}@example.org`, 2));
  await page.goto(link);
  const confirm = page.getByRole('button', { name: 'Confirm' });
  await confirm.waitFor();
  // Opening the page is not enough: programs that look through mails do that.
  const { status } = await natter.api.post('/api/auth/login', { login: ann, password });
  expect(status).toBe(401);
  await confirm.press('Enter');
  await page
    .getByRole('status')
    .filter({ hasText: `@${ann}: your address is confirmed.` })
    .waitFor();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, ann);

  const again = (await Window.open(browser, site)).page;
  await again.goto(link);
  await again.getByRole('button', { name: 'Confirm' }).click();
  await again.getByText('your address is confirmed.').waitFor();
  expect(complaints).toEqual([]);
});

it('a link that is no good, and a name that somebody else confirmed first, say so', async () => {
  const { page, complaints } = await Window.open(browser, site);
  await page.goto('/verify');
  await page.getByRole('alert').filter({ hasText: 'This link is no good' }).waitFor();
  await page.goto('/verify#made-up');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('alert').filter({ hasText: 'This link is no good' }).waitFor();
  await page.getByRole('link', { name: 'Create an account' }).waitFor();

  const [name, one, two] = [freshName('bob'), freshName('one'), freshName('two')];
  for (const who of [one, two]) {
    await register(page, name, `${who}@example.org`);
  }
  for (const [who, words] of [
    [one, 'your address is confirmed.'],
    [two, 'Somebody has this username or this address by now.'],
  ] as const) {
    await page.goto(linkIn(await mailTo(`${who}@example.org`)));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText(words).waitFor();
  }
  const isRefusal = (said: string): boolean => /(409|410) .*\/api\/auth\/verify/.test(said);
  expect(complaints.filter((said) => !isRefusal(said))).toEqual([]);
});

it('who forgot a password gets in by a link to the address of the account', async () => {
  const { page, complaints } = await Window.open(browser, site);
  const dora = freshName('dora');
  await register(page, dora);
  await page.goto(linkIn(await mailTo(`${dora}@example.org`)));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('Email').fill(`${dora}@example.org`);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText(`If ${dora}@example.org is the address of an account`).waitFor();
  const link = linkIn(await mailTo(`${dora}@example.org`, 2));
  await page.goto(link);
  await page.getByLabel('New password').fill(`${password}!`);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('Your new password is set.').waitFor();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, dora, `${password}!`);
  expect(complaints).toEqual([]);

  const again = (await Window.open(browser, site)).page;
  await again.goto(link);
  await again.getByLabel('New password').fill(`${password}?`);
  await again.getByRole('button', { name: 'Set the password' }).click();
  await again.getByRole('alert').filter({ hasText: 'This link is no good' }).waitFor();
  await again.getByRole('link', { name: 'Ask for another link' }).click();
  await again.getByRole('heading', { name: 'Forgot your password?' }).waitFor();
});

it('another email counts once its link is followed', async () => {
  const { page, complaints } = await Window.open(browser, site);
  const cas = freshName('cas');
  await register(page, cas);
  await page.goto(linkIn(await mailTo(`${cas}@example.org`)));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, cas);
  await page.goto('/settings');
  await page.getByLabel('New email').fill(`${cas}@example.net`);
  await page.getByRole('textbox', { name: 'Password', exact: true }).first().fill(password);
  await page.getByRole('button', { name: 'Change email' }).click();
  await page.getByText(`A mail is on its way to ${cas}@example.net.`).waitFor();
  await page.getByText(`Now it is ${cas}@example.org.`).waitFor();
  await page.goto(linkIn(await mailTo(`${cas}@example.net`)));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('your address is confirmed.').waitFor();
  await page.getByRole('link', { name: 'Open your rooms' }).waitFor();
  await page.goto('/settings');
  await page.getByText(`Now it is ${cas}@example.net.`).waitFor();
  expect(complaints).toEqual([]);
});
