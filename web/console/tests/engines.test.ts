import { describe, expect, test } from "vitest";
import type { Engine } from "../src/api/speech.ts";
import { addable, knows, ordered, standing } from "../src/pages/settings/model/engines.ts";

const engine = (name: string, changes: Partial<Engine> = {}): Engine => ({
  name,
  kind: name,
  hears: true,
  speaks: false,
  languages: [],
  voices: [],
  start: false,
  service: false,
  lacks: "",
  ...changes,
});
const ENGINES = [
  engine("pocketsphinx", { start: true, languages: ["en", "ru"] }),
  engine("espeak-ng", { hears: false, speaks: true, start: true }),
  engine("broken", { lacks: "model" }),
  engine("vosk", { languages: ["ru"] }),
  engine("cloud", { speaks: true, service: true }),
];
const names = (found: readonly Engine[]) => found.map(({ name }) => name);

describe("speech engines of an inbox", () => {
  test("an engine whose languages only its maker knows may know any", () => {
    expect(knows(engine("cloud"), "kk")).toBe(true);
    expect(knows(engine("vosk", { languages: ["ru"] }), "en")).toBe(false);
    expect(knows(engine("vosk", { languages: ["pt"] }), "pt-BR")).toBe(true);
  });
  test("what fits and isn't chosen can be added, what can't work yet last", () => {
    expect(names(addable(ENGINES, "hears", "ru", ["pocketsphinx"]))).toEqual(["vosk", "cloud", "broken"]);
    expect(names(addable(ENGINES, "hears", "en", []))).toEqual(["pocketsphinx", "cloud", "broken"]);
    expect(names(addable(ENGINES, "speaks", "ru", []))).toEqual(["espeak-ng", "cloud"]);
  });
  test("an order is a start where nothing better in it can work", () => {
    expect(standing(ENGINES, "hears", []).start).toBe(true);
    expect(standing(ENGINES, "hears", ["pocketsphinx", "broken"]).start).toBe(true);
    expect(standing(ENGINES, "hears", ["pocketsphinx", "vosk"]).start).toBe(false);
    expect(standing(ENGINES, "speaks", ["cloud"]).start).toBe(false);
  });
  test("what was chosen and isn't set up any more is named", () => {
    expect(standing(ENGINES, "hears", ["old", "vosk"])).toEqual({ start: false, gone: ["old"] });
    expect(standing(ENGINES, "hears", ["old"])).toEqual({ start: true, gone: ["old"] });
  });
  test("a language without an order is left out, and others stay", () => {
    expect(ordered({ en: ["a"], ru: ["b"] }, "ru", [])).toEqual({ en: ["a"] });
    expect(ordered({ en: ["a"] }, "ru", ["b", "c"])).toEqual({ en: ["a"], ru: ["b", "c"] });
  });
});
