import { expect, test } from "vitest";
import { pieces, type Piece } from "../src/spans.ts";

/** As a short notation: `b[words]`, a link with its address. */
const shown = (all: readonly Piece[]): string =>
  all.map((one) => (one.kind === "text" ? one.text : `${one.kind}${one.href && `(${one.href})`}[${shown(one.inner)}]`)).join(""); // prettier-ignore

test("spans stand in one another as they are nested", () => {
  const spans = [
    { kind: "italic", at: 2, length: 2 },
    { kind: "bold", at: 0, length: 6 },
  ] as const;
  expect(shown(pieces("abcdefg", spans))).toBe("bold[abitalic[cd]ef]g");
});

test("what reaches over the end of another goes on behind it", () => {
  const spans = [
    { kind: "bold", at: 0, length: 4 },
    { kind: "spoiler", at: 2, length: 4 },
  ] as const;
  expect(shown(pieces("abcdefg", spans))).toBe("bold[abspoiler[cd]]spoiler[ef]g");
});

test("a span that reaches beyond the text, or is empty, does no harm", () => {
  const spans = [
    { kind: "bold", at: 1, length: 99 },
    { kind: "code", at: 50, length: 3 },
    { kind: "code", at: 1, length: 0 },
  ] as const;
  expect(shown(pieces("abc", spans))).toBe("abold[bc]");
});

test.each([
  ["https://tea.example/", "link(https://tea.example/)[tea]"],
  ["mailto:ann@tea.example", "link(mailto:ann@tea.example)[tea]"],
  ["tel:+74950000001", "link(tel:+74950000001)[tea]"],
  ["javascript:alert(1)", "tea"],
  ["data:text/html,x", "tea"],
  ["tg://resolve?domain=x", "tea"],
  ["https://user:secret@tea.example/", "tea"],
])("a link leads only where a click does no harm: %s", (url, expected) => {
  expect(shown(pieces("tea", [{ kind: "link", at: 0, length: 3, url }]))).toBe(expected);
});

test("an address is a link by itself, but not within code or another link", () => {
  const text = "see https://tea.example/ now";
  expect(shown(pieces(text, []))).toBe("see link(https://tea.example/)[https://tea.example/] now");
  expect(shown(pieces(text, [{ kind: "code", at: 4, length: 20 }]))).toBe(
    "see code[https://tea.example/] now",
  );
  expect(shown(pieces(text, [{ kind: "link", at: 4, length: 20, url: "https://x.example/" }]))).toBe(
    "see link(https://x.example/)[https://tea.example/] now",
  );
});

test("emoji count as two, as browsers count", () => {
  expect(shown(pieces("👍ok", [{ kind: "bold", at: 2, length: 2 }]))).toBe("👍bold[ok]");
});
