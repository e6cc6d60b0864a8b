// The pictures of the README, taken anew from a system that `npm start -- --demo` has filled:
// node e2e/dist/screenshots.js http://localhost:8080 .natter/demo-users.json
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './harness/browser.js';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

interface Picture {
  name: string;
  viewport: { width: number; height: number };
  colorScheme: 'light' | 'dark';
  /** From the rooms of whoever is signed in to what is to be seen. */
  lead: (page: Page) => Promise<unknown>;
}

const openThread = async (page: Page): Promise<void> => {
  await page.goto('/chat/release-2-4');
  await page
    .getByRole('article', { name: /in a thread$/ })
    .first()
    .getByRole('button')
    .click();
  await page.getByRole('complementary', { name: 'Thread' }).getByRole('article').nth(3).waitFor();
};
const pictures: readonly Picture[] = [
  { name: 'chat-desktop', viewport: desktop, colorScheme: 'light', lead: openThread },
  {
    name: 'chat-phone',
    viewport: phone,
    colorScheme: 'light',
    lead: async (page) => {
      await page.goto('/chat/general');
      await page.getByRole('article').last().waitFor();
    },
  },
  {
    name: 'search-phone',
    viewport: phone,
    colorScheme: 'dark',
    lead: async (page) => {
      await page.goto('/search?q=mail&in=messages');
      await page.locator('mark').first().waitFor();
    },
  },
  {
    name: 'rooms-dark',
    viewport: desktop,
    colorScheme: 'dark',
    lead: (page) =>
      page
        .getByRole('link', { name: /Kitchen/ })
        .first()
        .waitFor(),
  },
];

const [url = 'http://localhost:8080', usersFile = '.natter/demo-users.json'] = process.argv.slice(2);
const users = JSON.parse(readFileSync(usersFile, 'utf8')) as { username: string; password: string }[];
const ines = users.find(({ username }) => username === 'ines');
if (ines === undefined) throw new Error(`${usersFile} has nobody of the demo`);

async function take(browser: Browser, { name, viewport, colorScheme, lead }: Picture): Promise<void> {
  const isMobile = viewport === phone;
  const look = { viewport, colorScheme, isMobile, hasTouch: isMobile, reducedMotion: 'reduce' } as const;
  const context = await browser.newContext({ baseURL: url, locale: 'en-US', ...look });
  const page = await context.newPage();
  await page.goto('/login');
  await page.getByLabel('Email or username').fill('ines');
  await page.getByLabel('Password').fill(String(ines?.password));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Your rooms' }).waitFor();
  await lead(page);
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(images, `${name}.png`) });
  await context.close();
}

const browser = await launchBrowser();
for (const picture of pictures) await take(browser, picture);
await browser.close();
