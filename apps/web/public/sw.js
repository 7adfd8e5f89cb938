// Keeps the page on the device, so that it opens on a boat without a network: the conversation, what is typed and the
// emergency numbers are there. Whoever has a network gets the newest page; nothing of the API is kept.
/// <reference lib="webworker" />
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** How long the newest page may take where there is a kept one. Milliseconds. */
const patienceMs = 4_000;

const openCache = () => caches.open('page');

/** Keeps a page with all it needs, or nothing of it; what an older page needed goes. @param {Response} page */
async function keep(page) {
  const cache = await openCache();
  const html = await page.clone().text();
  const files = new Set(html.match(/\/_next\/static\/[^"\\]+/g));
  const known = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  await cache.addAll([...files].filter((file) => !known.has(file)));
  await cache.put('/', page);
  for (const path of known) if (path !== '/' && !files.has(path)) await cache.delete(path);
}

/** The newest page; the kept one where that fails or takes too long. @param {FetchEvent} event @returns {Promise<Response>} */
async function openPage(event) {
  const newest = fetch(event.request);
  const keeping = newest.then((page) => (page.ok ? keep(page.clone()) : undefined));
  event.waitUntil(keeping.catch(() => undefined));
  const kept = await (await openCache()).match('/');
  if (kept === undefined) return newest;
  const late = new Promise((resolve) => setTimeout(resolve, patienceMs, kept));
  const page = await Promise.race([newest, late]).catch(() => kept);
  return page.ok ? page : kept;
}

worker.addEventListener('install', (event) => {
  event.waitUntil(
    fetch('/', { cache: 'no-cache' })
      .then(keep)
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== location.origin) return;
  if (mode === 'navigate' && pathname === '/') event.respondWith(openPage(event));
  if (pathname.startsWith('/_next/static/'))
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});
