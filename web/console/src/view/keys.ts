export type Shortcut =
  | "next"
  | "previous"
  | "reply"
  | "note"
  | "take"
  | "transfer"
  | "snooze"
  | "resolve"
  | "undo"
  | "context"
  | "list"
  | "search"
  | "macros"
  | "palette"
  | "help";

interface Pressed {
  readonly code: string;
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

const WITH_ALT: Readonly<Record<string, Shortcut>> = {
  KeyJ: "next",
  KeyK: "previous",
  KeyL: "reply",
  KeyP: "note",
  KeyA: "take",
  KeyT: "transfer",
  KeyM: "snooze",
  KeyE: "resolve",
  KeyZ: "undo",
  KeyO: "context",
  KeyI: "list",
};

/** Shown in the help, in this order. */
export const SHORTCUTS: readonly (readonly [Shortcut, string])[] = [
  ["next", "Alt+J"],
  ["previous", "Alt+K"],
  ["take", "Alt+A"],
  ["reply", "Alt+L"],
  ["note", "Alt+P"],
  ["transfer", "Alt+T"],
  ["snooze", "Alt+M"],
  ["resolve", "Alt+E"],
  ["undo", "Alt+Z"],
  ["list", "Alt+I"],
  ["context", "Alt+O"],
  ["search", "/"],
  ["macros", "\\"],
  ["palette", "Ctrl+K"],
  ["help", "?"],
];

/** The number that was pressed, 1 to 9; else 0. */
export function digit(pressed: Pick<Pressed, "code" | "altKey" | "ctrlKey" | "metaKey">): number {
  if (pressed.altKey || pressed.ctrlKey || pressed.metaKey) return 0;
  return Number(/^(?:Digit|Numpad)([1-9])$/.exec(pressed.code)?.[1] ?? 0);
}

/** By physical key, so that any layout works. `typing`: the keys go into a field, where "?" is a letter. */
export function shortcut(pressed: Pressed, typing: boolean): Shortcut | null {
  if (pressed.ctrlKey || pressed.metaKey) {
    return pressed.code === "KeyK" && !pressed.altKey && !pressed.shiftKey ? "palette" : null;
  }
  if (pressed.altKey) return pressed.shiftKey ? null : (WITH_ALT[pressed.code] ?? null);
  if (typing) return null;
  if (pressed.code === "Backslash" || pressed.key === "\\") return "macros";
  if (pressed.key === "?" || (pressed.code === "Slash" && pressed.shiftKey)) return "help";
  return pressed.key === "/" || pressed.code === "Slash" ? "search" : null;
}
