import type { Macro, MacroAction, Team, Label, Thing } from "../api/setup.ts";
import type { Say } from "../i18n/index.ts";
import { textIn } from "./canned.ts";
import { waitingTime } from "./times.ts";

interface Named {
  readonly teams: readonly Thing<Team>[];
  readonly labels: readonly Thing<Label>[];
  readonly locale: string;
  /** What the customer would read: with its variables in place, where there is a customer. */
  readonly fill?: (text: string) => string;
}

/** What a macro will do, step by step, in words. */
export function stepsOf({ actions }: Macro, named: Named, say: Say): readonly string[] {
  return actions.map((action) => stepOf(action, named, say));
}

function stepOf(
  action: MacroAction,
  { teams, labels, locale, fill = (text) => text }: Named,
  say: Say,
): string {
  const called = (things: readonly Thing<{ readonly name: string }>[], id: string) =>
    things.find((one) => one.id === id)?.value.name ?? say("macro.gone");
  switch (action.type) {
    case "say":
      return say("macro.say", { text: fill(textIn(action.texts, locale)) });
    case "label": {
      const [add, remove] = [action.add, action.remove].map((ids) =>
        ids.map((id) => called(labels, id)).join(", "),
      );
      const parts = [
        ...(add ? [say("macro.label.add", { labels: add })] : []),
        ...(remove ? [say("macro.label.remove", { labels: remove })] : []),
      ];
      return parts.join("; ");
    }
    case "fact":
      return say("macro.fact", { name: action.name, value: action.value || "–" });
    case "note":
      return say("macro.note", { text: action.text });
    case "transfer":
      return action.team
        ? say("macro.transfer", { team: called(teams, action.team) })
        : say("macro.transfer.queue");
    case "snooze":
      return say("macro.snooze", { time: waitingTime(action.minutes * 60_000_000, say) });
    case "resolve":
      return action.code ? say("macro.resolve.code", { code: action.code }) : say("macro.resolve");
    case "return_to_bot":
      return say("macro.return_to_bot");
  }
}
