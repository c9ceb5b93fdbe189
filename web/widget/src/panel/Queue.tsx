import { ASK_FOR_PERSON, BACK_TO_BOT } from "@switchboard/protocol";
import type { QueueNotice } from "../model/timeline.ts";
import type { Choose } from "./Choices.tsx";
import { useDesk } from "./desk.ts";

interface Props {
  notice: QueueNotice | null;
  choose: Choose;
  back: () => void;
}

/** What stands beside the composer while a person is awaited. */
export function Queue({ notice, choose, back }: Props) {
  const { say } = useDesk();
  const buttons = (notice?.buttons ?? []).filter((one) => one.payload !== ASK_FOR_PERSON);
  const hasBack = buttons.some((one) => one.payload === BACK_TO_BOT);
  return (
    <div class="queue" role="status">
      <span class="lamp" aria-hidden="true" />
      <p>{notice?.text || say("who.queued")}</p>
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
