import { useEffect, useRef, useState } from "preact/hooks";
import type { Done } from "../../model/acts.ts";
import { useDesk, useWords } from "../desk.ts";
import { WORDS } from "./words.ts";

/** Where what was said shall be sent. */
export function Mail({ done, shut }: { done: Done; shut: () => void }) {
  const { chat } = useDesk();
  const say = useWords(WORDS);
  const [value, write] = useState(done.details.email ?? "");
  const [sent, send] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const refused = sent !== "" && done.refused.transcript;
  useEffect(() => field.current?.focus(), []);

  function submit(event: Event) {
    event.preventDefault();
    const email = value.trim();
    if (!email) return;
    chat.act({ type: "transcript", email });
    send(email);
  }
  if (sent && !refused)
    return (
      <>
        <p role="status">{say("mail.sent", { email: sent })}</p>
        <button type="button" class="quiet" onClick={shut}>
          {say("mail.done")}
        </button>
      </>
    );
  return (
    <form onSubmit={submit} noValidate>
      <label>
        {say("mail.ask")}
        <input
          type="email"
          autocomplete="email"
          maxLength={254}
          value={value}
          aria-invalid={Boolean(refused)}
          ref={field}
          onInput={({ currentTarget }) => write(currentTarget.value)}
        />
      </label>
      {refused && (
        <p role="alert" class="bad">
          {refused}
        </p>
      )}
      <button type="submit" class="main">
        {say("mail.send")}
      </button>
      <button type="button" class="quiet" onClick={shut}>
        {say("mail.stay")}
      </button>
    </form>
  );
}
