import type { Conversation } from "@switchboard/protocol";
import { describe, expect, it } from "vitest";
import type { Language, Listed } from "../src/api/knowledge.ts";
import {
  addressOf,
  asTitle,
  helpedOf,
  matching,
  shownIn,
  withText,
} from "../src/pages/knowledge/model/articles.ts";
import { inserted } from "../src/view/completion.ts";
import { answerable, isLong, linkTo } from "../src/view/suggestions.ts";

function language(locale: string, title: string, more: Partial<Language> = {}): Language {
  return { locale, title, category: "", state: "draft", number: 0, helped: 0, unhelped: 0, ...more };
}

function listed(name: string, ...languages: readonly Language[]): Listed {
  return { id: name, name, position: 0, version: 1, changed_at: 0, changed_by: "", languages };
}

describe("an article in the list", () => {
  it("stands in the reader's language, else in one that it has", () => {
    const languages = [language("ru", "Доставка"), language("en", "Delivery")];
    expect(shownIn(languages, ["en", "ru"])?.title).toBe("Delivery");
    expect(shownIn(languages, ["de", "ru"])?.title).toBe("Доставка");
    expect(shownIn([language("en", "")], ["en"])).toBeUndefined();
  });

  it("is found by all of the words, in any language, in its category or its address", () => {
    const items = [
      listed(
        "delivery",
        language("ru", "Сроки доставки", { category: "Покупки" }),
        language("en", "Delivery"),
      ),
      listed("returns", language("ru", "Возврат")),
    ];
    const names = (wanted: string) => matching(items, wanted).map(({ name }) => name);
    expect(names("ДОСТАВКИ сроки")).toEqual(["delivery"]);
    expect(names("покупки")).toEqual(["delivery"]);
    expect(names("retu")).toEqual(["returns"]);
    expect(names("сроки возврат")).toEqual([]);
    expect(names(" ")).toEqual(["delivery", "returns"]);
  });

  it("counts who was helped in all its languages", () => {
    const languages = [language("ru", "", { helped: 3, unhelped: 1 }), language("en", "", { helped: 1 })];
    expect(helpedOf(languages)).toEqual({ helped: 4, all: 5 });
  });
});

describe("what is written of an article", () => {
  it("changes one text, and a language without a word is none", () => {
    const texts = withText({}, "ru", { title: "Доставка" });
    expect(texts).toEqual({ ru: { title: "Доставка", category: "", text: "" } });
    expect(withText(texts, "en", { text: "Soon" })).toHaveProperty("en.text", "Soon");
    expect(withText(texts, "ru", { title: "" })).toEqual({});
  });

  it.each([
    ["Как сменить пароль Wi-Fi?", "kak-smenit-parol-wi-fi"],
    ["Où est mon café", "ou-est-mon-cafe"],
    ["  ", ""],
    ["Щёлк! 24/7", "schelk-24-7"],
    ["слово ".repeat(20), "slovo-slovo-slovo-slovo-slovo-slovo-slovo-slovo-slovo-slovo"],
  ])("has an address of its title: %s", (title, address) => {
    expect(addressOf(title)).toBe(address);
  });

  it("begins with a question as its title", () => {
    expect(asTitle("есть рассрочка")).toBe("Есть рассрочка");
  });
});

describe("what is put into the composer", () => {
  it("stands at the cursor, parted from what is there", () => {
    expect(inserted("", 0, 0, "Text", 99)).toEqual(["Text", 4]);
    expect(inserted("See", 3, 3, "Text", 99)).toEqual(["See Text", 8]);
    expect(inserted("See here", 4, 4, "Text", 99)).toEqual(["See Text here", 8]);
    expect(inserted("See there now", 4, 9, "here", 99)).toEqual(["See here now", 8]);
  });

  it("is no longer than the field takes", () => {
    expect(inserted("ab", 2, 2, "cdef", 4)).toEqual(["ab c", 4]);
  });

  it("is a link with the article's title", () => {
    expect(linkTo({ title: "Delivery", url: "https://h.example/help/x/delivery" })).toBe(
      "Delivery: https://h.example/help/x/delivery",
    );
  });
});

describe("suggestions", () => {
  const state = (status: string, last_input: number, waiting_since: number | null) =>
    ({ status, last_input, waiting_since }) as Conversation;

  it("are for what waits for people, and for another input they are others", () => {
    expect(answerable("c", state("open", 7, 1))).toBe("c 7");
    expect(answerable("c", state("queued", 9, 1))).toBe("c 9");
  });

  it.each([
    ["the bot has the floor", "pending", 7, 1],
    ["it was answered", "open", 7, null],
    ["it is over", "resolved", 7, null],
  ])("are none where %s", (_, status, last, since) => {
    expect(answerable("c", state(status, last, since))).toBe("");
  });

  it("show a long answer in part", () => {
    expect(isLong("Short.")).toBe(false);
    expect(isLong("1\n2\n3\n4\n5")).toBe(true);
    expect(isLong("word ".repeat(50))).toBe(true);
  });
});
