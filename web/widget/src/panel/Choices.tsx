import type { Button } from "@switchboard/protocol";

export type Choose = (button: Button) => void;

const LINK = /^(https|mailto|tel):/;

/** Quick replies, and ways out of here. Without `choose` the replies are used up; the ways out stay. */
export function Choices({ buttons, choose }: { buttons: readonly Button[]; choose: Choose | null }) {
  const shown = buttons.filter((button) => (button.url ? LINK.test(button.url) : choose));
  if (shown.length === 0) return null;
  return (
    <div class="choices">
      {shown.map((button) =>
        button.url ? (
          <a href={button.url} target="_blank" rel="noopener noreferrer nofollow">
            {button.title}
          </a>
        ) : (
          <button type="button" onClick={() => choose!(button)}>
            {button.title}
          </button>
        ),
      )}
    </div>
  );
}
