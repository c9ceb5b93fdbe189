import { useDesk } from "./desk.ts";
import { Icon } from "./Icon.tsx";

interface Props {
  business: string;
  /** The person who answers, or "". */
  person: string;
  queued: boolean;
}

export function Header({ business, person, queued }: Props) {
  const { say, close } = useDesk();
  const who = person ? say("who.person", { name: person }) : say(queued ? "who.queued" : "who.assistant");
  return (
    <header class="header">
      <span class="face" aria-hidden="true">
        {person ? initials(person) : <Icon name={queued ? "clock" : "spark"} />}
      </span>
      <div class="names">
        <h2>{business}</h2>
        <p aria-live="polite">{business && who}</p>
      </div>
      <button type="button" class="icon" aria-label={say("close")} title={say("close")} onClick={close}>
        <Icon name="close" />
      </button>
    </header>
  );
}

/** "Olga Petrova" → "OP". */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [...new Set([words[0], words.length > 1 ? words[words.length - 1] : ""])]
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("");
}
