// What a person does with the web client, in the words of the page: roles and labels only, so that its markup may change.
import type { Page } from 'playwright-core';
import { until } from './wait.js';

/** What somebody who registers in a browser takes. */
export const passwordOf = (username: string): string => `correct horse ${username}`;

export class ChatPage {
  constructor(private readonly page: Page) {}

  async register(username: string): Promise<void> {
    await this.page.goto('/register');
    await this.page.getByLabel('Email').fill(`${username}@example.org`);
    await this.page.getByLabel('Username').fill(username);
    await this.page.getByLabel('Password').fill(passwordOf(username));
    await this.page.getByRole('button', { name: 'Create account' }).click();
    await this.page.getByRole('heading', { name: 'Your rooms' }).waitFor();
  }

  async signIn(login: string, password: string): Promise<void> {
    await this.page.goto('/login');
    await this.page.getByLabel('Email or username').fill(login);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByRole('heading', { name: 'Your rooms' }).waitFor();
  }

  async createRoom(title: string, visibility: 'public' | 'private' = 'public'): Promise<void> {
    await this.page.getByRole('button', { name: 'New room' }).first().click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('Title').fill(title);
    if (visibility === 'private') await dialog.getByRole('radio').last().check();
    await dialog.getByRole('button', { name: 'Create room' }).click();
    await this.#heading(title).waitFor();
  }

  async findAndJoin(title: string): Promise<void> {
    await this.page.getByRole('link', { name: 'Search' }).first().click();
    await this.lookFor('Rooms');
    await this.page.getByRole('searchbox').fill(title);
    await this.page.getByRole('button', { name: `Join ${title}` }).click();
    await this.#heading(title).waitFor();
  }

  /** On the page where one searches. */
  async lookFor(kind: 'Messages' | 'Rooms'): Promise<void> {
    await this.page.getByRole('navigation', { name: 'What to look for' }).getByRole('link', { name: kind }).click();
  }

  /** The link in the list of one's rooms; its name holds what is unread. */
  roomLink(title: string): ReturnType<Page['getByRole']> {
    return this.page.getByRole('navigation', { name: 'Your rooms' }).getByRole('link', { name: title });
  }

  async openRoom(title: string): Promise<void> {
    await this.roomLink(title).click();
    await this.#heading(title).waitFor();
  }

  async leaveTheChat(): Promise<void> {
    await this.page.getByRole('link', { name: 'Rooms', exact: true }).first().click();
    await this.page.getByRole('heading', { name: 'Your rooms' }).waitFor();
  }

  async say(text: string): Promise<void> {
    const box = this.page.getByRole('textbox', { name: /^Message to/ });
    await box.fill(text);
    await box.press('Enter');
    await this.#message(text).waitFor();
  }

  /** Begins to write, and does not send it. */
  async writes(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: /^Message to/ }).pressSequentially(text);
  }

  /** Waits until the page says something somewhere. */
  async seesThat(words: RegExp): Promise<void> {
    await this.page.getByText(words).waitFor();
  }

  /** Looks into the list of members until one of them is shown so. */
  async seesMember(name: RegExp, status: string): Promise<void> {
    await this.page.getByRole('button', { name: 'About this room' }).click();
    await this.page.getByRole('listitem').filter({ hasText: name }).filter({ hasText: status }).waitFor();
    await this.page.getByRole('button', { name: 'Close' }).click();
  }

  async hears(text: string): Promise<void> {
    await this.#message(text).waitFor();
  }

  /** Waits until an own message shows that it came as far as `state`, such as «Read». */
  async showsAs(text: string, state: string): Promise<void> {
    await this.#message(text).filter({ hasText: state }).waitFor();
  }

  /** Waits until exactly these stand there, in this order, as the last of all. */
  async endsWith(texts: readonly string[]): Promise<void> {
    await until('all messages stand there', async () => {
      const shown = await this.page.getByRole('article').allInnerTexts();
      return (
        shown.length >= texts.length && shown.slice(-texts.length).every((said, n) => said.includes(texts[n] ?? ''))
      );
    });
    for (const text of texts) {
      const count = await this.#message(text).count();
      if (count !== 1) throw new Error(`«${text}» stands there ${count} times`);
    }
  }

  /** Changes what one has said. */
  async edit(text: string, next: string): Promise<void> {
    await this.#choose(text, 'Edit');
    const box = this.page.getByRole('textbox', { name: 'Your message' });
    await box.fill(next);
    await box.press('Enter');
  }

  async reply(text: string, answer: string): Promise<void> {
    await this.#choose(text, 'Reply');
    await this.say(answer);
  }

  async delete(text: string): Promise<void> {
    await this.#choose(text, 'Delete…');
    await this.page.getByRole('dialog').getByRole('button', { name: 'Delete for everyone' }).click();
  }

  /** Gives a reaction by its name, with the keyboard. */
  async react(text: string, name: string): Promise<void> {
    const message = this.#message(text);
    await message.getByRole('button', { name: /^React to/ }).press('Enter');
    await message.getByRole('button', { name, exact: true }).press('Enter');
  }

  /** The reactions of a message, such as «👍 2: you and ben». */
  reaction(text: string, name: RegExp): ReturnType<Page['getByRole']> {
    return this.#message(text).getByRole('list', { name: 'Reactions' }).getByRole('button', { name });
  }

  /** The thread beside the room, once it is open. */
  get thread(): ReturnType<Page['getByRole']> {
    return this.page.getByRole('complementary', { name: 'Thread' });
  }

  async openThread(text: string): Promise<void> {
    await this.#choose(text, 'Answer in a thread');
    await this.thread.getByRole('article').filter({ hasText: text }).waitFor();
  }

  /** Says something in the thread that is open. */
  async answer(text: string): Promise<void> {
    const box = this.thread.getByRole('textbox', { name: 'Answer in the thread' });
    await box.fill(text);
    await box.press('Enter');
    await this.thread.getByRole('article').filter({ hasText: text }).waitFor();
  }

  async #choose(text: string, item: string): Promise<void> {
    await this.#message(text)
      .getByRole('button', { name: /^More about/ })
      .press('Enter');
    await this.page.getByRole('menuitem', { name: item }).press('Enter');
  }

  async seesItIsOffline(): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: 'offline' }).waitFor();
  }

  async deleteRoom(): Promise<void> {
    await this.page.getByRole('button', { name: 'About this room' }).click();
    await this.page.getByRole('button', { name: 'Delete room' }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Delete for everyone' }).click();
    await this.page.getByRole('heading', { name: 'Your rooms' }).waitFor();
  }

  #heading(title: string): ReturnType<Page['getByRole']> {
    return this.page.getByRole('heading', { level: 1, name: title });
  }

  #message(text: string): ReturnType<Page['getByRole']> {
    const messages = this.page.getByRole('region', { name: 'Messages', exact: true });
    return messages.getByRole('article').filter({ hasText: text });
  }
}
