// Keeps the shell of the console (hashed files, and a page that says that one is offline), and speaks while no console
// is open (Web Push). Answers of the API, files of conversations and the sockets never pass through a cache.
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

self.addEventListener("push", (event) => {
  const notice = event.data?.json();
  if (notice) event.waitUntil(tell(notice));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(subscribeAgain(event));
});

/** A console that is open tells its people by itself; a test is always seen. */
async function tell(notice) {
  if (notice.kind !== "test") {
    const answers = await Promise.all((await consoles()).map((one) => hears(one, notice)));
    if (answers.includes(true)) return;
  }
  const { title, body, tag } = notice;
  const icon = "/console/icon-192.png";
  await self.registration.showNotification(title, { body, tag, icon, renotify: true, data: notice });
}

/** Whoever was looked at last goes first. */
async function consoles() {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return windows.filter(({ url }) => url.startsWith(self.registration.scope));
}

/** A page that the system has frozen gives no answer; one that is only busy needs a moment for it. */
function hears(page, notice) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === true);
    setTimeout(resolve, 2000, false);
    page.postMessage({ ...notice, type: "hears" }, [port2]);
  });
}

async function show(notice) {
  const [page] = await consoles();
  if (page) {
    page.postMessage({ ...notice, type: "open" });
    await page.focus();
    return;
  }
  const { business = "", conversation = "" } = notice;
  const place = conversation
    ? `?business=${business}#/conversations/${encodeURIComponent(conversation)}`
    : "";
  await self.clients.openWindow(self.registration.scope + place);
}

/** The push service gave this browser another address. The server keeps the language. */
async function subscribeAgain({ newSubscription, oldSubscription }) {
  const options = oldSubscription?.options ?? {
    userVisibleOnly: true,
    applicationServerKey: await serverKey(),
  };
  const made = newSubscription ?? (await self.registration.pushManager.subscribe(options));
  const { endpoint, keys } = made.toJSON();
  await fetch("/api/v1/me/push", {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ endpoint, keys }),
  });
}

async function serverKey() {
  return (await (await fetch("/api/v1/me/push")).json()).key;
}
