/** Something that can be done, found by its words. */
export interface Command {
  readonly id: string;
  readonly words: string;
  /** What stands small beside it: a key, or more of what it is. */
  readonly beside: string;
  readonly run: () => void;
}

const plain = (text: string) => text.toLowerCase().replaceAll("ё", "е");

/** The commands that have every word that was typed, at the begin of one of theirs or within; the former first. */
export function matching(commands: readonly Command[], typed: string): readonly Command[] {
  const asked = plain(typed).split(/\s+/).filter(Boolean);
  const scored = commands.flatMap((command) => {
    const words = plain(`${command.words} ${command.beside}`);
    if (!asked.every((word) => words.includes(word))) return [];
    const begins = asked.filter((word) => words.startsWith(word) || words.includes(` ${word}`)).length;
    return [{ command, begins }];
  });
  return scored.sort((a, b) => b.begins - a.begins).map(({ command }) => command);
}
