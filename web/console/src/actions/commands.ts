import { catalogue } from "../stores/catalogue.svelte.ts";
import { day } from "../stores/day.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { may } from "../stores/may.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { contactName } from "../view/contact.ts";
import { SHORTCUTS, type Shortcut } from "../view/keys.ts";
import type { Command } from "../view/palette.ts";
import { act, want } from "./acting.ts";
import { choosePresence } from "./presence.ts";
import { askForSearch } from "./searching.ts";
import { wantToSignOut } from "./leaving.ts";
import { openThread } from "./thread.ts";

const CONVERSATIONS = 200;

/** Everything that can be done now, and the conversations of the list. `further`: what only the page itself can do. */
export function commands(further: Readonly<Partial<Record<Shortcut, () => void>>>): readonly Command[] {
  const { say } = preferences;
  const keys = new Map(SHORTCUTS);
  const one = (id: string, words: string, run: () => void, beside = ""): Command => ({
    id,
    words,
    beside,
    run,
  });
  const keyed = (name: Shortcut, run: () => void) =>
    one(name, say(name === "help" ? "keys.title" : `keys.${name}`), run, keys.get(name));
  const write = (mode: "reply" | "note") => ((thread.mode = mode), (thread.asksForFocus = true));
  const open = thread.conversation !== "";
  return [
    ...(may.take ? [keyed("take", () => act("take"))] : []),
    ...(may.reply ? [keyed("reply", () => write("reply"))] : []),
    ...(open ? [keyed("note", () => write("note"))] : []),
    ...(may.reply ? [keyed("macros", () => (thread.dialog = "macros"))] : []),
    ...(may.reply
      ? catalogue.macrosAtHand.map((macro) =>
          one(
            `macro ${macro.id}`,
            say("macro.do", { name: macro.value.name }),
            () => (thread.dialog = "macros"),
            macro.value.about,
          ),
        )
      : []),
    ...(open
      ? catalogue.forms
          .filter(({ value }) => value.active)
          .map(({ id, value }) =>
            one(`form ${id}`, say("forms.open", { name: value.name }), () => (thread.form = id), value.about),
          )
      : []),
    ...(open ? [one("canned", say("canned.mine"), () => (thread.dialog = "canned"))] : []),
    ...(may.transfer ? [keyed("transfer", () => want("transfer"))] : []),
    ...(may.invite ? [one("invite", say("invite.title"), () => (thread.dialog = "invite"))] : []),
    one("day", say("day.title"), () => (day.open = true)),
    ...(may.snooze ? [keyed("snooze", () => want("snooze"))] : []),
    ...(may.callBack ? [one("callback", say("callback.title"), () => (thread.dialog = "callback"))] : []),
    ...(may.elsewhere
      ? [one("elsewhere", say("thread.elsewhere"), () => (thread.dialog = "elsewhere"))]
      : []),
    ...(may.returnToBot ? [one("return", say("thread.return"), () => act("return_to_bot"))] : []),
    ...(may.resolve ? [keyed("resolve", () => want("resolve"))] : []),
    keyed("search", askForSearch),
    ...(["list", "context", "help"] as const).flatMap((name) =>
      further[name] ? [keyed(name, further[name])] : [],
    ),
    ...(["online", "busy", "away"] as const).map((state) =>
      one(state, `${say("presence.label")}: ${say(`presence.${state}`)}`, () => void choosePresence(state)),
    ),
    ...(["system", "light", "dark"] as const).map((theme) =>
      one(theme, say(`nav.theme.${theme}`), () => preferences.setTheme(theme)),
    ),
    one("language", say("nav.language"), () =>
      preferences.setLocale(preferences.locale === "en" ? "ru" : "en"),
    ),
    one("sign_out", say("nav.sign_out"), () => void wantToSignOut()),
    ...desk.rows
      .slice(0, CONVERSATIONS)
      .map((row) =>
        one(
          row.conversation,
          contactName(row.contact, say),
          () => openThread(row.conversation),
          row.preview?.text,
        ),
      ),
  ];
}
