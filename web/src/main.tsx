// Starts the application in the page.
import { createRoot } from 'react-dom/client';
import { navigate } from 'wouter/use-browser-location';
import { App } from './app.js';
import { Natter } from './store/natter.js';
import './styles/base.css';
import './styles/controls.css';
import './styles/frame.css';
import './styles/pages.css';
import './styles/admin.css';
import './styles/chat.css';
import './styles/messages.css';

const natter = new Natter();
natter.start();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App natter={natter} />);

// Only where the browser allows it (https, or this machine), and not while developing.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  addEventListener('load', () => navigator.serviceWorker.register('/sw.js').catch(() => {}));
  // Somebody chose a notification.
  navigator.serviceWorker.addEventListener(
    'message',
    ({ data }: MessageEvent<{ type?: string; path?: string } | null>) => {
      if (data?.type === 'open' && data.path?.startsWith('/')) navigate(data.path);
    },
  );
}
