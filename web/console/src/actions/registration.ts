/** The service worker, once it works; none where the browser allows none, and while the console is being developed. */
export const registration: Promise<ServiceWorkerRegistration | undefined> =
  import.meta.env.PROD && "serviceWorker" in navigator
    ? navigator.serviceWorker.register("./sw.js").then(
        () => navigator.serviceWorker.ready,
        () => undefined,
      )
    : Promise.resolve(undefined);
