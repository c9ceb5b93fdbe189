import { fresh } from "@switchboard/protocol";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

interface Part<Props> {
  readonly Main: ComponentType<Props>;
}

/** Milliseconds after which a part is asked for again that could not be had. */
const TRY_AGAIN = 3_000;

/** A part that few visitors need: it is fetched when it is first shown, and until then `instead` stands in its place. */
export function later<Props extends object>(
  load: () => Promise<Part<Props>>,
  instead?: ComponentType<Props>,
): ComponentType<Props> {
  let part: Part<Props> | null = null;
  return function Later(props: Props) {
    const [, arrived] = useState(0);
    useEffect(() => {
      if (part) return;
      let timer = 0;
      const fetch = () =>
        fresh(load).then(
          (loaded) => {
            part = loaded;
            arrived(1);
          },
          () => (timer = window.setTimeout(fetch, TRY_AGAIN)),
        );
      void fetch();
      return () => clearTimeout(timer);
    }, []);
    const Shown = part?.Main ?? instead;
    return Shown ? <Shown {...props} /> : null;
  };
}
