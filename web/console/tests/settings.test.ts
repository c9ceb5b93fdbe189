import { expect, test } from "vitest";
import type { Hours } from "../src/api/setup.ts";
import { en } from "../src/i18n/settings/en/index.ts";
import { ru } from "../src/i18n/settings/ru/index.ts";
import { browserName } from "../src/pages/account/browser-name.ts";
import { picture } from "../src/pages/account/picture.ts";
import { period, totals } from "../src/pages/reports/figures.ts";
import { differences, onTop } from "../src/pages/settings/model/changes.ts";
import { onColor, ratio } from "../src/pages/settings/model/colour.ts";
import { copyTo, standing } from "../src/pages/settings/model/hours.ts";
import { shutOut } from "../src/pages/settings/model/origins.ts";
import { GROUPS, groupsOf, mayWrite } from "../src/pages/settings/sections.ts";
import { snippet } from "../src/pages/settings/model/snippet.ts";
import { timeOf } from "../src/pages/settings/model/times.ts";
import { filled } from "../src/pages/settings/model/variables.ts";
import { nextVersion } from "../src/pages/settings/model/versions.ts";
import { oneTime, placeOf, settingsHref } from "../src/routes.ts";

const NINE_TO_SIX = [{ opens: "09:00", closes: "18:00" }];
const week: Hours["week"] = { mon: NINE_TO_SIX, wed: [{ opens: "20:00", closes: "24:00" }] };
const hours: Hours = { name: "hours", always: false, week, holidays: [] };
// 2026-11-23 is a Monday; Moscow is three hours ahead of UTC.
const at = (time: string) => standing(hours, new Date(`2026-11-23T${time}:00Z`), "Europe/Moscow");

test("hours are those of the business's own clock", () => {
  expect(at("05:59")).toEqual({ is: "closed", opens: "09:00", day: "mon", inDays: 0 });
  expect(at("06:00")).toEqual({ is: "open", until: "18:00" });
  expect(at("14:59")).toEqual({ is: "open", until: "18:00" });
  expect(at("15:00")).toEqual({ is: "closed", opens: "20:00", day: "wed", inDays: 2 });
});

test("a holiday goes before its weekday, and who is never open is never open", () => {
  const free = { ...hours, holidays: [{ day: "2026-11-23", name: "", spans: [] }] };
  expect(standing(free, new Date("2026-11-23T08:00:00Z"), "UTC")).toMatchObject({ is: "closed", inDays: 2 });
  expect(standing({ ...hours, week: {} }, new Date(0), "Nowhere/Land")).toEqual({ is: "never" });
  expect(standing({ ...hours, always: true }, new Date(0), "UTC")).toEqual({ is: "always" });
});

test("times of a day are copied, not shared", () => {
  const copied = copyTo(week, "mon", ["tue", "wed"]);
  expect(copied.tue).toEqual(NINE_TO_SIX);
  expect(copied.wed).toEqual(NINE_TO_SIX);
  expect(copied.tue![0]).not.toBe(NINE_TO_SIX[0]);
});

test.each([
  ["9", "09:00"],
  ["930", "09:30"],
  ["17:05", "17:05"],
  ["24:00", "24:00"],
  ["24:01", ""],
  ["7:5", ""],
  ["noon", ""],
])("%s is typed for %s", (typed, time) => expect(timeOf(typed)).toBe(time));

test("what only one of two changed is no quarrel", () => {
  const before = { name: "Refund", about: "", active: true };
  const mine = { ...before, name: "Refunds" };
  const theirs = { ...before, about: "Money back", active: true };
  expect(differences(before, mine, theirs)).toEqual([
    { field: "about", before: "", theirs: "Money back", mine: "", both: false },
  ]);
  expect(onTop(before, mine, theirs)).toEqual({ name: "Refunds", about: "Money back", active: true });
  expect(differences(before, mine, { ...before, name: "Return" })[0]?.both).toBe(true);
});

test("text on a colour is the one that reads better", () => {
  expect(ratio("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(onColor("#ffe600")).toBe("#1b1714");
  expect(onColor("#0E6B68")).toBe("#ffffff");
});

test("variables that nobody knows stay as they were written", () => {
  expect(filled("{{customer}}, {{ operator }} of {{planet}}", { customer: "Alex", operator: "Olga" })).toBe(
    "Alex, Olga of {{planet}}",
  );
});

test("addresses name pages, and one-time links are none of them", () => {
  expect(placeOf("#/settings/teams/a%20b")).toEqual({ page: "settings", section: "teams", item: "a b" });
  expect(placeOf("#/nowhere")).toMatchObject({ page: "conversations" });
  expect(placeOf("#/settings/%E0%A4%A")).toMatchObject({ page: "settings", section: "" });
  expect(placeOf(settingsHref("teams", "1:2"))).toMatchObject({ section: "teams", item: "1:2" });
  expect(oneTime("#invitation=ab-C_1")).toEqual({ way: "invitation", token: "ab-C_1" });
  expect(oneTime("#elsewhere=abc")).toBeNull();
});

test("a browser is called as its person calls it", () => {
  const windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
  expect(browserName(windows)).toBe("Chrome, Windows");
  expect(browserName(`${windows} Edg/140.0`)).toBe("Edge, Windows");
  expect(browserName("curl/8")).toBe("");
});

test("a picture has its namespace, and its marks are no address's", () => {
  const address = picture('<svg width="8"><path d="M0 0"/></svg>');
  expect(decodeURIComponent(address)).toContain('<svg xmlns="http://www.w3.org/2000/svg" width="8">');
  expect(address).not.toContain("#");
});

test("averages weigh each day by what stands behind it", () => {
  const day = { at: 0, contained: 1, handed_over: 0, lost: 0, open: 0 };
  const days = [
    { ...day, requests: 1, minutes: 10, ratings: 0, score: null },
    { ...day, requests: 3, minutes: 2, ratings: 2, score: 4.5 },
    { ...day, requests: 0, minutes: null, ratings: 0, score: null },
  ];
  expect(totals(days)).toMatchObject({ requests: 4, contained: 3, minutes: 4, ratings: 2, score: 4.5 });
  const [from, to] = period(new Date(2026, 10, 23, 15), 7);
  expect(new Date(to / 1000)).toEqual(new Date(2026, 10, 24));
  expect(to - from).toBe(7 * 86_400_000_000);
});

test("the line for a page names the server and the inbox", () => {
  expect(snippet("https://chat.example.com", "01abc")).toBe(
    '<script async src="https://chat.example.com/widget.js" data-inbox="01abc"></script>',
  );
});

test("every refusal that a field can earn has words in both languages", () => {
  const fields = Object.keys(en).filter((key) => key.startsWith("refused."));
  expect(fields.length).toBeGreaterThan(30);
  for (const key of fields) expect(ru[key as keyof typeof ru]).not.toBe(en[key as keyof typeof en]);
});

test.each([
  ["1", "2"],
  ["2025-12-01", "2026-11-25"],
  ["2026-11-25", "2026-11-25.2"],
  ["2026-11-25.2", "2026-11-25.3"],
  ["2026-11-25.b", "2026-11-25.2"],
  ["in spring", "2026-11-25"],
  ["", "2026-11-25"],
])("after version %s comes %s", (version, next) => expect(nextVersion(version, "2026-11-25")).toBe(next));

test("a page is shut out where its site is neither allowed nor ours", () => {
  const own = "https://chat.example.com";
  const shut = (page: string, ...origins: string[]) => shutOut(page, origins, own);
  expect(shut("https://shop.example.com/help?from=telegram")).toBe("https://shop.example.com");
  expect(shut("https://shop.example.com/help", "shop.example.com/plans")).toBe("");
  expect(shut("https://shop.example.com:443/help", " https://SHOP.example.com ")).toBe("");
  expect(shut("http://shop.example.com/help", "https://shop.example.com")).toBe("http://shop.example.com");
  expect(shut("https://chat.example.com/")).toBe("");
  for (const none of ["", "shop", "https://", "ftp://shop.example.com"]) expect(shut(none)).toBe("");
});

test("supervisors find what they may set up, administrators all of it, operators nothing", () => {
  expect(groupsOf("supervisor")).toEqual([["answers", ["canned", "macros", "forms"]]]);
  expect(groupsOf("administrator")).toBe(GROUPS);
  expect(groupsOf("operator")).toEqual([]);
  expect(["forms", "codes", "another"].map((one) => mayWrite("supervisor", one))).toEqual([
    true,
    false,
    false,
  ]);
  expect(mayWrite("administrator", "another")).toBe(true);
});
