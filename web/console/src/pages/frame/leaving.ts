import { go } from "../../actions/place.ts";
import { guard } from "../settings/model/guard.svelte.ts";

/** A link that leaves what isn't saved waits for an answer. */
export function holdLinks(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const to = link?.getAttribute("href") ?? "";
  if (!to.startsWith("#") || !guard.dirty || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  guard.pass(() => go(to));
}
