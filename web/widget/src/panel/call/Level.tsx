import type { Microphone } from "@switchboard/protocol";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Shows that the microphone hears something. */
export function Level({
  of,
  label,
  muted,
}: {
  of: RefObject<Microphone | null>;
  label: string;
  muted: boolean;
}) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      bar.current?.style.setProperty("--level", muted ? "0" : String(of.current?.level() ?? 0));
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [muted]);
  return <span class="level" ref={bar} role="img" aria-label={label} />;
}
