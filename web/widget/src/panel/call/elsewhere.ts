import { randomId, type WidgetFrame } from "@switchboard/protocol";
import type { ChatView } from "../../model/chat.ts";
import type { Desk } from "../desk.ts";

/** Milliseconds for which the link is waited for that carries the conversation. */
const WITHIN = 5_000;

/**
 * Opens our page for calls, with the conversation that goes on here. The page is opened at once, since browsers allow that
 * to a press alone. Rejects where they don't.
 */
export async function callElsewhere(
  { address, chat, locale, settings }: Desk,
  view: ChatView,
): Promise<void> {
  const page = open("", "_blank");
  if (!page) throw new Error("no page could be opened");
  const bare = `/call/${settings.inbox}?lang=${locale}`;
  const path = view.status === null || view.status === "resolved" ? "" : await link(chat);
  page.opener = null;
  page.location.href = address(path.replace("#", `?lang=${locale}#`) || bare);
}

/** The path of the page, with what carries the conversation; "" where that can't be had now. */
function link(chat: Desk["chat"]): Promise<string> {
  const id = randomId();
  return new Promise((resolve) => {
    const done = (path: string) => {
      clearTimeout(timer);
      chat.ears.delete(heard);
      resolve(path);
    };
    const heard = (frame: WidgetFrame) => {
      if (!("id" in frame) || frame.id !== id) return false;
      done(frame.type === "continue" ? frame.url : "");
      return true;
    };
    const timer = setTimeout(done, WITHIN, "");
    chat.ears.add(heard);
    if (!chat.connection.send({ type: "continue", id, to: "call" })) done("");
  });
}
