import type { Fault, Phrase } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { FAULTS, PROBLEMS } from "../../protocol/src/generated-faults.ts";
import { en as contactsEn } from "../src/i18n/contacts/en.ts";
import { ru as contactsRu } from "../src/i18n/contacts/ru.ts";
import { en } from "../src/i18n/en.ts";
import { knows, speak } from "../src/i18n/index.ts";
import { ru } from "../src/i18n/ru.ts";
import { en as settingsEn } from "../src/i18n/settings/en/index.ts";
import { ru as settingsRu } from "../src/i18n/settings/ru/index.ts";
import { told } from "../src/view/faults.ts";
import { undelivered } from "../src/view/lines.ts";

/** By the part of the console that tells them: the first of these need not wait for the settings. */
const AT_ONCE = ["delivery", "push", "desk"];
const english: Record<string, Record<string, Phrase>> = {
  desk: en,
  settings: settingsEn,
  contacts: contactsEn,
};
const russian: Record<string, Record<string, Phrase>> = {
  desk: ru,
  settings: settingsRu,
  contacts: contactsRu,
};
/** Of conversations, of customers and of what no form sends: the settings meet none of them. */
const ELSEWHERE = [
  "taken", "stale_floor", "not_owner", "id_reused", "link_invalid", "link_over", "consent_needed", "blocked", "user_expired", "user_refused",
  "origin_refused", "method_not_allowed", "refused",
]; // prettier-ignore
const codes = Object.entries(FAULTS).flatMap(([area, kinds]) =>
  Object.entries<readonly string[]>(kinds).map(([code, values]) => ({ area, code, values })),
);
const failed = (reason: string, fault?: Fault) =>
  ({ type: "delivery_failed", seq: 1, part: 0, reason, ...(fault ? { fault } : {}) }) as const;

test.each(codes)("$code has a sentence in each language, of its own values", ({ area, code, values }) => {
  const part = AT_ONCE.includes(area) ? "desk" : area === "contacts" ? "contacts" : "settings";
  for (const phrase of [english[part]?.[`fault.${code}`], russian[part]?.[`fault.${code}`]]) {
    expect(phrase).toBeTypeOf("string");
    const used = [...String(phrase).matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(values).toEqual(expect.arrayContaining(used));
  }
});

test("every refusal that the settings may meet has a sentence there", () => {
  const met = PROBLEMS.filter((code) => !ELSEWHERE.includes(code));
  expect(met.filter((code) => !(`refused.${code}` in settingsEn))).toEqual([]);
});

test("a failed delivery is told in the reader's language, with the messenger's own words", () => {
  const event = failed("too rude", {
    code: "delivery_refused",
    text: "English",
    values: { said: "too rude" },
  });
  expect(undelivered(event, speak("ru"))).toBe(
    "мессенджер не принял сообщение (too rude). Измените его и отправьте заново",
  );
});

test("what was noted before there were codes is shown as it was", () => {
  expect(undelivered(failed("blocked by peer"), speak("ru"))).toBe("blocked by peer");
  expect(undelivered(failed("unreachable"), speak("ru"))).toBe("клиент заблокировал нас или удалил чат");
});

test("a code of a newer server is told in its English, and no number is grouped", () => {
  const newer = { code: "eaten_by_a_whale", text: "A whale ate it.", values: { depth: 4000 } };
  expect(told(newer, speak("ru"), knows)).toBe("A whale ate it.");
  const many = { code: "labels_many", text: "", values: { limit: 1000 } };
  expect(told(many, speak("ru"), knows)).toContain("1000");
});
