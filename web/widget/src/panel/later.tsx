import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

interface Part<Props> {
  readonly Main: ComponentType<Props>;
}

/** A part that few visitors need: it is fetched when it is first shown, and until then nothing stands in its place. */
export function later<Props extends object>(load: () => Promise<Part<Props>>): ComponentType<Props> {
  let part: Part<Props> | null = null;
  return function Later(props: Props) {
    const [, arrived] = useState(0);
    useEffect(() => {
      if (part) return;
      load().then(
        (loaded) => {
          part = loaded;
          arrived(1);
        },
        () => console.warn("Switchboard: a part of the chat could not be loaded"),
      );
    }, []);
    return part && <part.Main {...props} />;
  };
}
