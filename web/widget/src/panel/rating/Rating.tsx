import { useState } from "preact/hooks";
import type { Done } from "../../model/acts.ts";
import { useDesk, useWords } from "../desk.ts";
import css from "./rating.css?inline";
import { WORDS } from "./words.ts";

const SCORES = [1, 2, 3, 4, 5];

/** Under a conversation that has ended. What was given can be changed for a while. */
export function Main({ done }: { done: Done }) {
  const { adopt, chat } = useDesk();
  const say = useWords(WORDS);
  adopt(css);
  const [score, choose] = useState(done.rating?.score ?? 0);
  const [comment, write] = useState(done.rating?.comment ?? "");
  const given = done.rating?.score === score && done.rating.comment === comment.trim();

  function submit(event: Event) {
    event.preventDefault();
    if (score > 0 && !given) chat.act({ type: "rate", score, comment: comment.trim() });
  }
  return (
    <form class="rating" onSubmit={submit}>
      <fieldset>
        <legend>{say("ask")}</legend>
        <div class="stars">
          {SCORES.map((one) => (
            <label class={one <= score ? "lit" : ""}>
              <input
                type="radio"
                name="score"
                value={one}
                checked={one === score}
                aria-label={say("score", { n: one })}
                onChange={() => choose(one)}
              />
              <span aria-hidden="true">★</span>
            </label>
          ))}
        </div>
      </fieldset>
      {score > 0 && (
        <>
          <textarea
            rows={2}
            maxLength={1000}
            value={comment}
            aria-label={say("comment")}
            placeholder={say("comment")}
            onInput={({ currentTarget }) => write(currentTarget.value)}
          />
          {given ? (
            <p role="status">{say("thanks")}</p>
          ) : (
            <button type="submit" class="main">
              {say("send")}
            </button>
          )}
        </>
      )}
      {done.refused.rate && <p role="alert">{done.refused.rate}</p>}
    </form>
  );
}
