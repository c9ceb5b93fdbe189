const LASTS = 7_000;

export interface Notice {
  readonly text: string;
  readonly undo?: () => void;
}

/** One short sentence about what was just done. */
class Notices {
  current = $state.raw<Notice | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(text: string, undo?: () => void): void {
    clearTimeout(this.#timer);
    this.current = undo ? { text, undo } : { text };
    this.#timer = setTimeout(() => this.hide(), LASTS);
  }

  undo(): void {
    this.current?.undo?.();
    this.hide();
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.current = null;
  }
}

export const notices = new Notices();
