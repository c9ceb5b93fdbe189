const SHAPES = {
  attach:
    "m20 11.5-7.8 7.8a5 5 0 0 1-7-7l8.1-8.2a3.4 3.4 0 0 1 4.8 4.8l-8.2 8.1a1.7 1.7 0 0 1-2.4-2.4l7.3-7.2",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4Zm8 8.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.2 2",
  close: "m7 7 10 10M17 7 7 17",
  down: "m6 10 6 6 6-6",
  failed: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-13.5V13m0 3.2v.1",
  file: "M7 3.5h7l4 4V20.5H7Zm7 0v4h4",
  more: "M6 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2Zm6 0a1 1 0 1 0 0-2 1 1 0 0 0 0 2Zm6 0a1 1 0 1 0 0-2 1 1 0 0 0 0 2Z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8a7.5 7.5 0 0 1 15 0",
  read: "m2.5 12.5 4.5 4.5 9-9M11 15.5l1.5 1.5 9-9",
  send: "M5 12h13M12.5 6.5 18 12l-5.5 5.5",
  sent: "m5 12.5 4.5 4.5L19 7.5",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14a4 4 0 0 0 7 0M9 9.5v.1m6-.1v.1",
  spark: "M12 4v3m0 10v3m8-8h-3M7 12H4m13.4-5.4-2 2m-6.8 6.8-2 2m0-10.8 2 2m6.8 6.8 2 2",
  under: "M7 13V4h10l2.5 6.5V13H14l1 5.5-1.7 1.5L9 13Zm-3.5 0V4",
  up: "M7 11v9h10l2.5-6.5V11H14l1-5.5L13.3 4 9 11Zm-3.5 0v9",
} as const;
export type IconName = keyof typeof SHAPES;

export function Icon({ name, label = "" }: { name: IconName; label?: string }) {
  return (
    <svg
      class="glyph"
      viewBox="0 0 24 24"
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" })}
    >
      <path d={SHAPES[name]} />
    </svg>
  );
}
