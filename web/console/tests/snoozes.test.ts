import { expect, test } from "vitest";
import { choices, fieldValue } from "../src/view/snoozes.ts";

const at = (now: Date) => choices(now).map((one) => new Date(one.at));

test("an hour on, the next morning and the next Monday morning, whatever day it is", () => {
  const [hour, tomorrow, week] = at(new Date(2026, 5, 3, 22, 15)); // a Wednesday
  expect(hour).toEqual(new Date(2026, 5, 3, 23, 15));
  expect(tomorrow).toEqual(new Date(2026, 5, 4, 9));
  expect(week).toEqual(new Date(2026, 5, 8, 9));
  expect(at(new Date(2026, 5, 8, 8, 0))[2]).toEqual(new Date(2026, 5, 15, 9)); // a Monday
  expect(at(new Date(2026, 5, 7, 12, 0))[2]).toEqual(new Date(2026, 5, 8, 9)); // a Sunday
});

test("the field's value is the reader's own clock", () => {
  expect(fieldValue(new Date(2026, 0, 9, 7, 5))).toBe("2026-01-09T07:05");
});
