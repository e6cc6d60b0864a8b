// Files and found messages in the browser: what one attaches others can open and save, and what was said is found again.
import { readFile } from 'node:fs/promises';
import { afterAll, expect, it } from 'vitest';
import { launchBrowser } from './harness/browser.js';
import { freshName } from './harness/person.js';
import { pixel } from './harness/uploads.js';
import { useSystem } from './harness/use-system.js';
import { visit, type Visitor } from './harness/visitor.js';
import { until } from './harness/wait.js';

const natter = await useSystem();
const browser = await launchBrowser();
afterAll(() => browser.close());

const arrive = (prefix: string): Promise<Visitor> => visit(browser, natter.url, prefix);

const title = freshName('Library');
const isDrawn = (image: Element): boolean => (image as HTMLImageElement).naturalWidth > 0;

it('a file is attached, shown to others as what it is, and saved as it was', async () => {
  const [ann, ben] = [await arrive('ann'), await arrive('ben')];
  await ann.chat.createRoom(title);
  await ben.chat.findAndJoin(title);
  const notes = Buffer.from('héllo, wörld\n'.repeat(1_000));
  await ann.page.getByLabel('Files to send').setInputFiles([
    { name: 'nötes 日本.txt', mimeType: 'text/plain', buffer: notes },
    { name: 'dot.png', mimeType: 'image/png', buffer: pixel },
    { name: 'not this.txt', mimeType: 'text/plain', buffer: notes },
  ]);
  await ann.page.getByRole('button', { name: 'Leave out not this.txt' }).click();
  const list = ann.page.getByRole('list', { name: 'Files to send' });
  const preview = list.getByRole('listitem').filter({ hasText: 'dot.png' }).locator('img');
  await until('it is seen before it is sent', () => preview.evaluate(isDrawn));
  expect(await list.locator('img').count()).toBe(1);
  await until('both have come', async () => (await list.getByRole('progressbar').count()) === 0);
  await ann.page.getByRole('button', { name: 'Send', exact: true }).click();
  await list.waitFor({ state: 'detached' });

  const file = ben.page.getByRole('article').getByRole('link', { name: /nötes 日本\.txt/ });
  await file.waitFor();
  const saving = ben.page.waitForEvent('download');
  await file.click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('nötes 日本.txt');
  expect((await readFile(await saved.path())).equals(notes)).toBe(true);
  const picture = ben.page.getByRole('article').getByRole('img', { name: 'dot.png' });
  await until('the picture is drawn', () => picture.evaluate(isDrawn));
  expect(await ben.page.getByText('not this.txt').count()).toBe(0);
  const isNotYet = (said: string): boolean => /503 .*\?thumb=1/.test(said);
  for (const { window } of [ann, ben]) expect(window.complaints.filter((said) => !isNotYet(said))).toEqual([]);
});

it('what was said is found by its words, and one press shows what was said around it', async () => {
  const { page, chat, window } = await arrive('cas');
  const room = freshName('Cellar');
  await chat.createRoom(room);
  await chat.say('Hẹn gặp lại <b>llama</b>!');
  const [id] = (
    await natter.query<{ id: string }>('natter_rooms', 'SELECT id FROM rooms WHERE title = $1', [room])
  ).map((row) => row.id);
  // As many lines above the newest as it takes to have it out of sight, and off the first page.
  await page.evaluate(say, { id: String(id), count: 120 });
  await chat.hears('line 119');
  await chat.leaveTheChat();

  // Who is in a room looks for messages, unless it was rooms the last time.
  const box = page.getByRole('searchbox', { name: 'Words of a message' });
  const search = page.getByRole('link', { name: 'Search' }).first();
  await search.click();
  await box.waitFor();
  await chat.lookFor('Rooms');
  await chat.leaveTheChat();
  await search.click();
  await page.getByRole('searchbox', { name: 'Name or title of a room' }).waitFor();
  await chat.lookFor('Messages');
  await box.fill('HEN GAP');
  const found = page.getByRole('link').filter({ hasText: 'llama' });
  await until('it is found', async () => {
    if ((await found.count()) === 1) return true;
    await page.getByRole('searchbox').press('Enter');
    await page.reload();
    return false;
  });
  await found.waitFor();
  expect(await found.locator('mark').allInnerTexts()).toEqual(['Hẹn gặp']);
  expect(await found.innerText()).toContain('<b>llama</b>');
  await page.getByRole('searchbox').press('ArrowDown');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: `Found in ${room}` });
  const line = dialog.getByRole('listitem').filter({ hasText: '<b>llama</b>' });
  await line.waitFor();
  expect(await line.getAttribute('aria-current')).toBe('true');
  await dialog.getByText('line 0').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('article').filter({ hasText: 'line 119' }).waitFor();
  expect(new URL(page.url()).search).toBe('');
  expect(window.complaints).toEqual([]);
});

/** In the page: sends lines by REST, with its cookies. */
async function say({ id, count }: { id: string; count: number }): Promise<void> {
  for (let n = 0; n < count; n++)
    await fetch(`/api/rooms/${id}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-natter': '1' },
      body: JSON.stringify({ body: `line ${n}` }),
    });
}
