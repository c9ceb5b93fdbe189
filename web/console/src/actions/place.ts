import { place } from "../stores/place.svelte.ts";

/** Goes to an address of the console; Back returns from it. */
export function go(hash: string): void {
  if (location.hash !== hash) history.pushState(null, "", hash);
  place.read();
}

/** Goes there in place of where one is. */
export function replace(hash: string): void {
  history.replaceState(null, "", hash);
  place.read();
}
