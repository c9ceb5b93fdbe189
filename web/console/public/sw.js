// Keeps the shell of the console (hashed files, and a page that says that one is offline). Answers of the API, files of
// conversations and the sockets never pass through a cache.
const SHELL = "switchboard-shell-1";
const OFFLINE = "/console/offline.html";
const KEPT = [OFFLINE, "/console/offline.css", "/console/mark.svg"];
const MOST = 60;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(KEPT)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const old = caches
    .keys()
    .then((names) => names.filter((name) => name.startsWith("switchboard-") && name !== SHELL));
  event.waitUntil(old.then((names) => Promise.all(names.map((name) => caches.delete(name)))));
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin || !pathname.startsWith("/console/")) return;
  if (mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
  } else if (pathname.startsWith("/console/assets/")) {
    event.respondWith(fromShell(event.request));
  } else if (KEPT.includes(pathname)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
  }
});

/** A hashed file never changes: it is fetched once. What newer builds replaced goes first. */
async function fromShell(request) {
  const shell = await caches.open(SHELL);
  const known = await shell.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    await shell.put(request, answer.clone());
    const held = (await shell.keys()).filter(({ url }) =>
      new URL(url).pathname.startsWith("/console/assets/"),
    );
    await Promise.all(held.slice(0, Math.max(0, held.length - MOST)).map((one) => shell.delete(one)));
  }
  return answer;
}
