import { useRef, useState } from "preact/hooks";
import type { ChatView } from "../model/chat.ts";
import { useDesk } from "./desk.ts";
import { Icon } from "./Icon.tsx";
import { later } from "./later.tsx";

const Call = later(() => import("./call/Call.tsx"));
const Menu = later(() => import("./menu/Menu.tsx"));

interface Props {
  business: string;
  /** The person who answers, or "". */
  person: string;
  queued: boolean;
  view: ChatView;
  /** They came by a link, and haven't said yet whether they go on with what it carries. */
  arriving: boolean;
}

export function Header({ business, person, queued, view, arriving }: Props) {
  const { say, close, address, settings } = useDesk();
  const [menu, show] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const shut = () => {
    show(false);
    opener.current!.focus();
  };
  const who = person ? say("who.person", { name: person }) : say(queued ? "who.queued" : "who.assistant");
  return (
    <header class="header">
      <span class="face" aria-hidden="true">
        {person ? initials(person) : <Icon name={queued ? "clock" : "spark"} />}
        {person && view.picture && (
          <img
            key={view.picture}
            src={address(`/pictures/${view.picture}`)}
            alt=""
            onError={({ currentTarget }) => (currentTarget.hidden = true)}
          />
        )}
      </span>
      <div class="names">
        <h2>{business}</h2>
        <p aria-live="polite">{business && who}</p>
      </div>
      {view.inbox?.calls && !arriving && <Call view={view} />}
      <button
        type="button"
        class="icon"
        ref={opener}
        aria-label={say("menu")}
        title={say("menu")}
        aria-haspopup="menu"
        aria-expanded={menu}
        onClick={() => show(!menu)}
      >
        <Icon name="more" />
      </button>
      {menu && <Menu view={view} shut={shut} leave={() => show(false)} />}
      {!settings.whole && (
        <button type="button" class="icon" aria-label={say("close")} title={say("close")} onClick={close}>
          <Icon name="close" />
        </button>
      )}
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
