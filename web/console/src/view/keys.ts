export type Shortcut = "next" | "previous" | "reply" | "note" | "take" | "resolve" | "context" | "help";

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
  KeyE: "resolve",
  KeyO: "context",
};

/** Shown in the help, in this order. */
export const SHORTCUTS: readonly (readonly [Shortcut, string])[] = [
  ["next", "Alt+J"],
  ["previous", "Alt+K"],
  ["take", "Alt+A"],
  ["reply", "Alt+L"],
  ["note", "Alt+P"],
  ["resolve", "Alt+E"],
  ["context", "Alt+O"],
  ["help", "?"],
];

/** By physical key, so that any layout works. `typing`: the keys go into a field, where "?" is a letter. */
export function shortcut(pressed: Pressed, typing: boolean): Shortcut | null {
  if (pressed.ctrlKey || pressed.metaKey) return null;
  if (pressed.altKey) return pressed.shiftKey ? null : (WITH_ALT[pressed.code] ?? null);
  const asks = pressed.key === "?" || (pressed.code === "Slash" && pressed.shiftKey);
  return asks && !typing ? "help" : null;
}
