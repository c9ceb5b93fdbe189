import type { Button } from "@switchboard/protocol";

export type Choose = (button: Button) => void;

export function Choices({ buttons, choose }: { buttons: readonly Button[]; choose: Choose }) {
  if (buttons.length === 0) return null;
  return (
    <div class="choices">
      {buttons.map((button) => (
        <button type="button" onClick={() => choose(button)}>
          {button.title}
        </button>
      ))}
    </div>
  );
}
