import { mount } from "svelte";
import App from "./App.svelte";
import { arrive } from "./actions/session.ts";
import { followAddress } from "./actions/thread.ts";
import { signInToken } from "./routes.ts";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";

mount(App, { target: document.getElementById("app")! });
addEventListener("popstate", () => (signInToken(location.hash) ? void arrive() : followAddress()));
void arrive();
