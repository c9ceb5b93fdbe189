import { ASK_FOR_PERSON, BACK_TO_BOT, type QueueFrame, type Say } from "@switchboard/protocol";
import type { QueueNotice } from "../../model/timeline.ts";
import type { Choose } from "../Choices.tsx";
import { useDesk, useWords } from "../desk.ts";
import css from "./queue.css?inline";
import { WORDS } from "./words.ts";

interface Props {
  notice: QueueNotice | null;
  place: QueueFrame | null;
  choose: Choose;
  back: () => void;
}

/** What stands beside the composer while a person is awaited. */
export function Main({ notice, place, choose, back }: Props) {
  const { adopt, say } = useDesk();
  const own = useWords(WORDS);
  adopt(css);
  const buttons = (notice?.buttons ?? []).filter((one) => one.payload !== ASK_FOR_PERSON);
  const hasBack = buttons.some((one) => one.payload === BACK_TO_BOT);
  return (
    <div class="queue" role="status">
      <span class="lamp" aria-hidden="true" />
      <p>
        {place && <b>{placed(place, own)}</b>}
        {notice?.text || say("who.queued")}
      </p>
      {buttons.map((button) => (
        <button type="button" class="quiet" onClick={() => choose(button)}>
          {button.title}
        </button>
      ))}
      {!hasBack && (
        <button type="button" class="quiet" onClick={back}>
          {say("assistant_back")}
        </button>
      )}
    </div>
  );
}

/** "You are second in line, about 2–5 minutes". */
function placed(
  { position, about_seconds, upto_seconds }: QueueFrame,
  say: Say<keyof typeof WORDS.en>,
): string {
  const words = position <= 3 ? say(`place.${position as 1 | 2 | 3}`) : say("place.n", { n: position });
  const about = Math.ceil((about_seconds ?? 0) / 60);
  const upto = Math.ceil((upto_seconds ?? about_seconds ?? 0) / 60);
  if (!upto) return words;
  const time = about < upto ? say("place.between", { about, upto }) : say("place.about", { n: upto });
  return `${words}, ${time}`;
}
