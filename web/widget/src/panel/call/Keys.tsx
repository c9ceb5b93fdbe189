const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** The keys of a telephone; those of the keyboard do the same while one of these is focused. */
export function Keys({ press, label }: { press: (key: string) => void; label: string }) {
  function onKeyDown(event: KeyboardEvent) {
    if (!KEYS.includes(event.key)) return;
    event.preventDefault();
    press(event.key);
  }
  return (
    <div class="keys" role="group" aria-label={label} onKeyDown={onKeyDown}>
      {KEYS.map((key) => (
        <button type="button" key={key} onClick={() => press(key)}>
          {key}
        </button>
      ))}
    </div>
  );
}
