import { describe, expect, it } from "vitest";
import { askedAt, completed, filled, matching, mentioned } from "../src/view/completion.ts";

describe("what is asked for at the cursor", () => {
  it("begins at the start of a word", () => {
    expect(askedAt("/ho", 3, "/")).toEqual({ sign: "/", words: "ho", from: 0, to: 3 });
    expect(askedAt("Hello /ho there", 9, "/")?.words).toBe("ho");
    expect(askedAt("see\n@ol", 7, "@")?.words).toBe("ol");
  });
  it("is nothing within a word, an address or a path", () => {
    expect(askedAt("and/or", 6, "/")).toBeNull();
    expect(askedAt("ivan@example", 12, "@")).toBeNull();
    expect(askedAt("/usr/bin", 8, "/")).toBeNull();
    expect(askedAt("/ho ", 4, "/")).toBeNull();
  });
  it("knows only the signs that mean something here", () => {
    expect(askedAt("@ol", 3, "/")).toBeNull();
  });
  it("is replaced, and the rest stays", () => {
    const asked = askedAt("Hello /ho there", 9, "/")!;
    expect(completed("Hello /ho there", asked, "9 to 18")).toEqual(["Hello 9 to 18 there", 13]);
  });
});

describe("what matches", () => {
  it("begins with the words first, whatever their case", () => {
    expect(matching(["Opening", "hope", "Hours"], "HO", (one) => one)).toEqual(["hope", "Hours"]);
    expect(matching(["x_hours", "hours"], "hours", (one) => one)).toEqual(["hours", "x_hours"]);
  });
});

describe("a canned response", () => {
  it("has its variables filled in, and leaves out what isn't known", () => {
    expect(
      filled("Hello {{customer}}, this is {{ operator }}.", { customer: "Ivan", operator: "Olga" }),
    ).toBe("Hello Ivan, this is Olga.");
    expect(filled("Hello {{customer}}!", { customer: "" })).toBe("Hello!");
    expect(filled("Hello, {{customer}}, it is {{operator}}.", { operator: "Olga" })).toBe(
      "Hello, it is Olga.",
    );
    expect(filled("Hello {{what}}!", {})).toBe("Hello!");
  });
});

describe("who is named in a note", () => {
  const people = [
    { id: "1", name: "Olga" },
    { id: "2", name: "Olga Example" },
    { id: "3", name: "Pavel" },
  ];
  it("is whom the whole name says", () => {
    expect(mentioned("@Olga Example look", people)).toEqual(["2"]);
    expect(mentioned("@Olga and @Olga Example", people)).toEqual(["1", "2"]);
    expect(mentioned("Pavel knows", people)).toEqual([]);
  });
});
