// Somebody new who has just signed up in a window of their own.
import type { Browser, Page } from 'playwright-core';
import { Window } from './browser.js';
import { ChatPage } from './chat-page.js';
import { freshName } from './person.js';

export interface Visitor {
  name: string;
  window: Window;
  page: Page;
  chat: ChatPage;
}

/** @param url the address they open */
export async function visit(browser: Browser, url: string, prefix: string): Promise<Visitor> {
  const window = await Window.open(browser, url);
  const chat = new ChatPage(window.page);
  const name = freshName(prefix);
  await chat.register(name);
  return { name, window, page: window.page, chat };
}
