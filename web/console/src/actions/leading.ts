import { pickLocale } from "@switchboard/protocol";
import type { Way, WayLink } from "../api/ways.ts";
import { LOCALES } from "../i18n/index.ts";
import { speak } from "../i18n/ways/index.ts";
import { writingOf } from "../stores/composer.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { added, minutesLeft } from "../view/ways.ts";

/** Puts the link into the reply that is begun in the open conversation, in the customer's words, and goes there. */
export function putInReply(way: Way, link: WayLink): void {
  const writing = writingOf(session.account, thread.conversation);
  const locale = thread.row?.locale ?? thread.log?.state.locale ?? "";
  const say = speak(pickLocale([locale], LOCALES, "en"));
  const words = say(way.channel === "telegram" ? "ways.say.telegram" : "ways.say.webchat", {
    n: minutesLeft(link, desk.now),
    link: link.url,
  });
  writing.texts.reply = added(writing.texts.reply, words);
  writing.keep();
  thread.dialog = null;
  thread.mode = "reply";
  thread.asksForFocus = true;
}
