/** One's own figures of the day, over whatever is open. */
class Day {
  open = $state(false);
}

export const day = new Day();
