import { placeOf, type Place } from "../routes.ts";

/** Where in the console one is, as the address says. */
class Whereabouts {
  at = $state.raw<Place>(placeOf(location.hash));

  /** After the address was changed. */
  read(): void {
    this.at = placeOf(location.hash);
  }
}

export const place = new Whereabouts();
