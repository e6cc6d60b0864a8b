// The system's Chromium, and one person's window in it: a profile of its own, and everything the page complains about.
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { ServerFrame } from '@natter/contracts/frames';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
  });
}

export class Window {
  /** Errors in the console, uncaught exceptions and violated policies; the harness expects none. */
  readonly complaints: string[] = [];
  /** Every frame the page's sockets received. */
  readonly frames: ServerFrame[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async open(browser: Browser, url: string): Promise<Window> {
    const context = await browser.newContext({ baseURL: url, locale: 'en-US' });
    const page = await context.newPage();
    const window = new Window(context, page);
    // Losing the network is the test's own doing: Chromium logs each request that fails by it.
    const isOfflineNoise = (text: string): boolean =>
      /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|WebSocket connection to/.test(text);
    page.on('console', (message) => {
      if (message.type() !== 'error' || isOfflineNoise(message.text())) return;
      window.complaints.push(`${message.text()} ${message.location().url}`.trim());
    });
    page.on('pageerror', (error) => window.complaints.push(String(error)));
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => window.frames.push(JSON.parse(String(payload)) as ServerFrame));
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`policy violated: ${event.violatedDirective} by ${event.blockedURI}`);
      });
    });
    return window;
  }

  /** The ws-gateway that the newest socket of the page is connected to. */
  get gateway(): string | undefined {
    return this.frames.findLast((frame) => frame.type === 'ready')?.gateway;
  }
}
