// Keeps the application itself, so that it opens without the server: rooms and messages are in IndexedDB already.
// The page is asked for first and taken from here only when the server is slow or away; assets carry a hash, so they never change.
const cacheName = 'natter-app';
const patienceMs = 4_000;
const maxAssets = 60;

addEventListener('install', (event) => event.waitUntil(keepAll().then(() => skipWaiting())));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (!/^\/(api|ws|healthz|readyz)\b/.test(url.pathname)) event.respondWith(page(event));
  } else if (url.pathname.startsWith('/assets/') || url.pathname === '/favicon.svg') {
    event.respondWith(asset(request));
  }
});

async function page(event) {
  const cache = await caches.open(cacheName);
  const known = await cache.match('/');
  const fresh = fetch(event.request).then(async (response) => {
    const isPage = response.ok && response.headers.get('content-type')?.startsWith('text/html');
    if (isPage && (await known?.clone().text()) !== (await response.clone().text())) event.waitUntil(keepAll());
    // A server that is there but not well is no better than one that is away.
    return response.status >= 500 && known ? known : response;
  });
  if (!known) return fresh;
  const late = new Promise((resolve) => setTimeout(() => resolve(known), patienceMs));
  return Promise.race([fresh.catch(() => known), late]);
}

async function asset(request) {
  const cache = await caches.open(cacheName);
  const known = await cache.match(request);
  if (known) return known;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

/** The page and all that it may load later: its names stand in the page and in its scripts. */
async function keepAll() {
  const cache = await caches.open(cacheName);
  const found = new Set(['/favicon.svg']);
  const response = await fetch('/', { cache: 'no-cache' });
  if (!response.ok) return;
  collect(await response.clone().text(), found);
  for (const path of found) {
    const kept = (await cache.match(path)) ?? (await fetch(path));
    if (!kept.ok) return;
    await cache.put(path, kept.clone());
    if (path.endsWith('.js')) collect(await kept.text(), found);
  }
  await cache.put('/', response);
  const assets = (await cache.keys()).filter(({ url }) => url.includes('/assets/'));
  const old = assets.filter(({ url }) => !found.has(new URL(url).pathname));
  await Promise.all(old.slice(0, Math.max(0, assets.length - maxAssets)).map((request) => cache.delete(request)));
}

function collect(text, found) {
  for (const [path] of text.matchAll(/assets\/[\w.-]+\.(?:js|css)/g)) found.add(`/${path}`);
  for (const [, name] of text.matchAll(/["'`]\.\/([\w.-]+\.(?:js|css))["'`]/g)) found.add(`/assets/${name}`);
}

// ---- what comes while nobody looks ----------------------------------------------------------------------------------------------

addEventListener('push', (event) => event.waitUntil(show(event.data?.json())));

async function show(push) {
  if (!push) return;
  const { id, kind, room, ts } = push;
  const [title, body] = wordsFor(push);
  // A page that waits for its test hears that it has come.
  for (const client of await clients.matchAll({ type: 'window', includeUncontrolled: true }))
    client.postMessage({ type: 'push', id }, []);
  await registration.showNotification(title, {
    body,
    icon: '/favicon.svg',
    // One a room: a newer one takes its place, and makes itself heard only when somebody is spoken to.
    tag: room ?? id,
    renotify: kind === 'mention',
    timestamp: Date.parse(ts),
    data: { path: room ? `/chat/${room}` : '/settings' },
  });
}

function wordsFor({ kind, title, sender, preview, count = 1 }) {
  if (kind === 'test') return ['Natter', 'This device is told.'];
  if (kind === 'added') return [title ?? preview ?? 'Natter', 'You were added to a room.'];
  if (kind === 'system') return ['Natter', preview ?? ''];
  const text = sender === title ? preview : `${sender}: ${preview}`;
  return [title, count > 1 ? `${text}\n${count >= 100 ? '100 or more' : count} messages` : text];
}

addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path ?? '/'));
});

async function open(path) {
  const [client] = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!client) return clients.openWindow(path);
  await client.focus();
  client.postMessage({ type: 'open', path }, []);
}
