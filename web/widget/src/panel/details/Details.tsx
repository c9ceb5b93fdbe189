import type { DetailKind } from "@switchboard/protocol";
import { useState } from "preact/hooks";
import type { Done } from "../../model/acts.ts";
import { useDesk, useWords } from "../desk.ts";
import css from "./details.css?inline";
import { WORDS } from "./words.ts";

const KINDS: readonly DetailKind[] = ["phone", "email", "messenger"];
const FIELDS = {
  phone: { type: "tel", autocomplete: "tel" },
  email: { type: "email", autocomplete: "email" },
  messenger: { type: "text", autocomplete: "off" },
} as const;

/** Asks how a customer may be reached who might not be here when somebody answers. */
export function Main({ done, available }: { done: Done; available: boolean }) {
  const { adopt, chat } = useDesk();
  const say = useWords(WORDS);
  adopt(css);
  const [kind, choose] = useState<DetailKind>("phone");
  const [value, write] = useState("");
  const [sent, send] = useState<DetailKind | null>(null);
  const refused = sent === kind && done.refused.details !== undefined;

  function submit(event: Event) {
    event.preventDefault();
    if (!value.trim()) return;
    chat.act({ type: "details", kind, value: value.trim() });
    send(kind);
  }
  return (
    <form class="details" onSubmit={submit} noValidate>
      <p>{say(available ? "ask" : "away")}</p>
      <div class="kinds" role="group">
        {KINDS.map((one) => (
          <button type="button" class="quiet" aria-pressed={one === kind} onClick={() => choose(one)}>
            {say(`${one}`)}
          </button>
        ))}
      </div>
      <div class="entry">
        <input
          {...FIELDS[kind]}
          key={kind}
          value={value}
          maxLength={254}
          aria-label={say(`${kind}`)}
          aria-invalid={refused}
          onInput={({ currentTarget }) => write(currentTarget.value)}
        />
        <button type="submit" class="main">
          {say("send")}
        </button>
      </div>
      {refused && (
        <p role="alert" class="bad">
          {say(`problem.${kind}`)}
        </p>
      )}
    </form>
  );
}
