import { linkify } from "@switchboard/protocol";
import { useEffect, useRef } from "preact/hooks";
import { useDesk } from "../desk.ts";
import css from "./consent.css?inline";

/** In the composer's place until the customer agrees. */
export function Main({ text }: { text: string }) {
  const { adopt, chat, say } = useDesk();
  const button = useRef<HTMLButtonElement>(null);
  adopt(css);
  useEffect(() => button.current!.focus({ preventScroll: true }), []);
  return (
    <form
      class="consent"
      onSubmit={(event) => {
        event.preventDefault();
        chat.agree();
      }}
    >
      <p id="consent">
        {linkify(text).map((span) =>
          span.href ? (
            <a href={span.href} target="_blank" rel="noopener noreferrer">
              {span.text}
            </a>
          ) : (
            span.text
          ),
        )}
      </p>
      <button type="submit" class="main" ref={button} aria-describedby="consent">
        {say("agree")}
      </button>
    </form>
  );
}
