import type { Button, Card } from "@switchboard/protocol";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useDesk } from "../desk.ts";
import css from "./cards.css?inline";

interface Props {
  cards: readonly Card[];
  /** The panel's own: importing it from here would tear the panel's file apart. */
  choices: (buttons: readonly Button[]) => ComponentChildren;
}

/** Things side by side; the row is scrolled by finger, wheel or arrow keys. */
export function Main({ cards, choices }: Props) {
  const { adopt } = useDesk();
  adopt(css);
  return (
    <ul class="cards" tabIndex={0}>
      {cards.map((card) => (
        <li>
          {card.image?.startsWith("https:") && <Picture src={card.image} />}
          {card.title && <b>{card.title}</b>}
          {card.text && <p>{card.text}</p>}
          {choices(card.buttons ?? [])}
        </li>
      ))}
    </ul>
  );
}

/** The page's policy may allow no pictures from there. */
function Picture({ src }: { src: string }) {
  const [hidden, hide] = useState(false);
  return hidden ? null : (
    <img src={src} alt="" loading="lazy" referrerpolicy="no-referrer" onError={() => hide(true)} />
  );
}
