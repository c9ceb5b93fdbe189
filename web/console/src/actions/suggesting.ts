import { readSuggestions, type Suggestion } from "../api/knowledge.ts";
import { session } from "../stores/session.svelte.ts";
import { suggestions } from "../stores/suggestions.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { writingOf } from "../stores/composer.svelte.ts";
import { sendText } from "./writing.ts";

/** Milliseconds of quiet after which it is asked: people write in bursts. */
const PAUSE = 400;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Looks what could be answered in a conversation now. What is shown stays until the answer is there. */
export function suggestFor(conversation: string, key: string): void {
  if (key === suggestions.key) return;
  clearTimeout(timer);
  // Another conversation's are never shown here.
  if (!suggestions.key.startsWith(`${conversation} `)) suggestions.items = [];
  suggestions.waiting = suggestions.items.length === 0;
  suggestions.key = key;
  timer = setTimeout(() => void ask(conversation, key), PAUSE);
}

export function suggestNothing(): void {
  clearTimeout(timer);
  suggestions.key = "";
  suggestions.items = [];
  suggestions.waiting = false;
}

async function ask(conversation: string, key: string): Promise<void> {
  const items = await readSuggestions(session.business, conversation).catch(() => []);
  if (suggestions.key !== key) return;
  suggestions.items = items;
  suggestions.waiting = false;
}

export function sendSuggestion({ text }: Suggestion): void {
  sendText(writingOf(session.account, thread.conversation), text);
  suggestions.items = [];
}

/** Puts words into what is being written, where its cursor stands. */
export function insert(text: string): void {
  const writing = writingOf(session.account, thread.conversation);
  writing.insert = text;
  thread.asksForFocus = true;
}
