import { mount } from "svelte";
import App from "./App.svelte";
import { arrive, returnTo } from "./actions/session.ts";
import { followAddress } from "./actions/thread.ts";
import { heedWorker } from "./actions/worker.ts";
import { oneTime, parse } from "./routes.ts";
import { dropOldDrafts } from "./stores/drafts.ts";
import { dropOldFillings } from "./stores/filling.ts";
import { place } from "./stores/place.svelte.ts";
import { session } from "./stores/session.svelte.ts";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";

dropOldDrafts();
dropOldFillings();
mount(App, { target: document.getElementById("app")! });
addEventListener("popstate", ({ state }: PopStateEvent) => {
  if (oneTime(location.hash)) return void arrive();
  place.read();
  const { business = "" } = (state ?? {}) as { readonly business?: string };
  if (business && session.business) returnTo(business, parse(location.hash).conversation);
  if (place.at.page === "conversations") followAddress();
});
void arrive();
heedWorker();
