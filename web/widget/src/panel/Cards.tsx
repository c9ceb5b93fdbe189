import type { Card } from "@switchboard/protocol";
import { useState } from "preact/hooks";
import { Choices, type Choose } from "./Choices.tsx";

/** Things side by side; the row is scrolled by finger, wheel or arrow keys. */
export function Cards({ cards, choose }: { cards: readonly Card[]; choose: Choose | null }) {
  return (
    <ul class="cards" tabIndex={0}>
      {cards.map((card) => (
        <li>
          {card.image?.startsWith("https:") && <Picture src={card.image} />}
          <b>{card.title}</b>
          {card.text && <p>{card.text}</p>}
          <Choices buttons={card.buttons ?? []} choose={choose} />
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
