// Two people in two browsers, through nginx: register, make a room, find it, talk, reload, sign in elsewhere.
import { launchBrowser, Window } from '../harness/browser.js';
import { ChatPage, passwordOf } from '../harness/chat-page.js';
import { freshName } from '../harness/person.js';
import { visit } from '../harness/visitor.js';
import { demand, type Step } from './step.js';

export const browserSmoke: Step = {
  name: 'browsers',
  async act({ installation: { url } }) {
    const browser = await launchBrowser();
    try {
      const [ann, ben] = [await visit(browser, url, 'ann'), await visit(browser, url, 'ben')];
      const title = freshName('Tea');
      await ann.chat.createRoom(title);
      await ben.chat.findAndJoin(title);
      await ann.chat.say('Is there tea?');
      await ben.chat.hears('Is there tea?');
      await ann.chat.showsAs('Is there tea?', 'Read');
      await ben.chat.say('There are biscuits 🍪');
      await ann.chat.hears('There are biscuits 🍪');
      await ben.page.reload();
      await ben.chat.endsWith(['Is there tea?', 'There are biscuits 🍪']);

      const elsewhere = await Window.open(browser, url);
      const tablet = new ChatPage(elsewhere.page);
      await tablet.signIn(ann.name, passwordOf(ann.name));
      await tablet.openRoom(title);
      await tablet.endsWith(['Is there tea?', 'There are biscuits 🍪']);
      await ben.chat.say('Come');
      for (const chat of [ann.chat, tablet]) await chat.hears('Come');

      const complaints = [ann.window, ben.window, elsewhere].flatMap((window) => window.complaints);
      demand(complaints.length === 0, `a page complains: ${complaints.join('; ')}`);
      const gateways = [ann.window, ben.window, elsewhere].map(({ gateway }) => gateway);
      return `registered, talked, reloaded, signed in elsewhere; sockets at ${new Set(gateways).size} ws-gateways; no complaint of a page`;
    } finally {
      await browser.close();
    }
  },
};
