import { request } from "../../../api/http.ts";
import { NEEDS, type Section } from "../sections.ts";

const BASE = "/api/v1/businesses/{business}/";

/** What this server's API has: a section whose calls it doesn't answer isn't shown. */
class Offered {
  #paths = $state.raw<ReadonlySet<string>>(new Set());

  async load(): Promise<void> {
    if (this.#paths.size) return;
    const { paths } = await request<{ paths: object }>("GET", "/api/v1/openapi.json");
    this.#paths = new Set(Object.keys(paths));
  }

  has(section: Section): boolean {
    const path = NEEDS[section];
    return path === undefined || this.#paths.has(BASE + path);
  }
}

export const offered = new Offered();
