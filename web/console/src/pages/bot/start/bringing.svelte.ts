import { bring } from "../../../api/studio.ts";
import { session } from "../../../stores/session.svelte.ts";
import { sentence } from "../../settings/model/refusals.ts";
import { studio } from "../model/studio.svelte.ts";
import { words } from "../words.svelte.ts";

const MOST = 12 * 1024 * 1024;

/** A file on its way into the draft. What is refused changes nothing. */
export class Bringing {
  busy = $state(false);
  problem = $state("");

  async run(file: Blob): Promise<boolean> {
    this.problem = "";
    studio.leftOut = [];
    if (file.size > MOST) {
      this.problem = words.say("files.too_large");
      return false;
    }
    this.busy = true;
    try {
      const { draft, left_out } = await bring(session.business, studio.draft?.revision ?? 0, file);
      studio.set(draft);
      studio.leftOut = left_out;
      return true;
    } catch (error) {
      this.problem = sentence(error);
      await studio.load();
      return false;
    } finally {
      this.busy = false;
    }
  }
}
