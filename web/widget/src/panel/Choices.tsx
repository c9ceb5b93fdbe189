import { ASK_FOR_PERSON, type Button } from "@switchboard/protocol";
import { useDesk } from "./desk.ts";

export type Choose = (button: Button) => void;

const LINK = /^(https|mailto|tel):/;

/**
 * Quick replies, and ways out of here. Without `choose` the replies are used up; the ways out stay. "A person, please"
 * stands under every log of the assistant's, and so not here once more.
 */
export function Choices({ buttons, choose }: { buttons: readonly Button[]; choose: Choose | null }) {
  const { say } = useDesk();
  const shown = buttons.filter(({ url, payload, title }) =>
    url ? LINK.test(url) : choose && payload !== ASK_FOR_PERSON && title !== say("person"),
  );
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
