import { placeOf, type Place } from "../routes.ts";

/** Where in the console one is, as the address says. */
class Whereabouts {
  at = $state.raw<Place>(placeOf(location.hash));

  /** What the page is called; "" where it has no name of its own. */
  title = $state("");

  /** After the address was changed. */
  read(): void {
    this.at = placeOf(location.hash);
  }
}

export const place = new Whereabouts();
