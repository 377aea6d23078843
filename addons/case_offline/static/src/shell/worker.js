/* Opens the shell where there is no network. Beside the shell nothing is cached: no page
   with a name ever passes through here. VERSION and SHELL come from the server. */
/* global VERSION, SHELL, self, caches, Request, URL */
const NAME = `shell-${VERSION}`;
const PLACE = SHELL[0];

self.addEventListener("install", (event) => {
    const fill = async () => {
        const cache = await caches.open(NAME);
        await cache.addAll(SHELL.map((path) => new Request(path, { cache: "reload" })));
        await self.skipWaiting();
    };
    event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
    const tidy = async () => {
        for (const name of await caches.keys()) {
            if (name.startsWith("shell-") && name !== NAME) {
                await caches.delete(name);
            }
        }
        await self.clients.claim();
    };
    event.waitUntil(tidy());
});

async function whole(path) {
    const cache = await caches.open(NAME);
    return (await cache.match(path)) || fetch(path);
}

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== self.location.origin) {
        return;
    }
    if (SHELL.includes(pathname)) {
        event.respondWith(whole(pathname));
    } else if (request.mode === "navigate" && pathname.startsWith("/my/remediation")) {
        event.respondWith(fetch(request).catch(() => whole(PLACE)));
    }
});
