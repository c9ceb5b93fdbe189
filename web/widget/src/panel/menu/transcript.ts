import { readMarkup } from "@switchboard/protocol";
import type { MessageItem } from "../../model/timeline.ts";
import type { ChatView } from "../../model/chat.ts";
import type { Desk } from "../desk.ts";

type Kind = "txt" | "html";
type Line = readonly [when: string, who: string, words: string];

/** Hands the customer what they see of the conversation as a file. */
export function save(desk: Desk, view: ChatView, kind: Kind): void {
  const title = desk.settings.name || (view.inbox?.business ?? "");
  const lines = linesOf(desk, view);
  const body = kind === "txt" ? asText(title, lines) : asPage(title, lines, desk.locale);
  const type = kind === "txt" ? "text/plain" : "text/html";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([body], { type: `${type};charset=utf-8` }));
  link.download = `${title || desk.say("title")} ${new Date().toISOString().slice(0, 10)}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function linesOf({ locale, say }: Desk, view: ChatView): Line[] {
  const time = new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short" });
  const lines: Line[] = [];
  for (const item of view.items) {
    if (item.kind === "message") {
      const who = { customer: say("you"), bot: say("assistant"), operator: item.name }[item.author];
      lines.push([time.format(item.at / 1000), who, wordsOf(item, say("erased"))]);
    } else if (item.kind === "seam") lines.push(["", "", say(item.word, { name: item.name })]);
    else if (item.kind === "notice") lines.push(["", "", readMarkup(item.text).text]);
  }
  return lines;
}

function wordsOf(item: MessageItem, erased: string): string {
  const cards = item.cards.map((card) => [card.title, card.text].filter(Boolean).join(": "));
  // A customer's words are theirs as they typed them; ours have marks.
  const said = item.author === "customer" ? item.text : item.text && readMarkup(item.text).text;
  return [said ?? erased, ...cards, ...item.files.map((file) => `[${file.name}]`)].filter(Boolean).join("\n");
}

export function asText(title: string, lines: readonly Line[]): string {
  const shown = lines.map(([when, who, words]) => (who ? `${when}  ${who}:\n${words}` : `— ${words} —`));
  return `${[title, ...shown].join("\n\n")}\n`;
}

export function asPage(title: string, lines: readonly Line[], locale: string): string {
  const shown = lines.map(([when, who, words]) =>
    who
      ? `<article><h2>${escaped(who)} <time>${escaped(when)}</time></h2><p>${escaped(words)}</p></article>`
      : `<p class="aside">${escaped(words)}</p>`,
  );
  return `<!doctype html>
<html lang="${locale}"><meta charset="utf-8"><title>${escaped(title)}</title>
<style>
body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; } h2 { margin: 1.2rem 0 0; font-size: 1rem; }
time { color: #666; font-weight: 400; } p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
article { break-inside: avoid; } .aside { margin-top: 1.2rem; color: #666; text-align: center; }
</style>
<h1>${escaped(title)}</h1>
${shown.join("\n")}
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
