import { expect, test } from "vitest";
import type { Contact, MergePreview } from "../src/api/contacts.ts";
import { untilOf } from "../src/pages/contacts/model/blocking.ts";
import { changesOf } from "../src/pages/contacts/model/kept.ts";
import { choices, keepOf, keyOf } from "../src/pages/contacts/model/merging.ts";
import { contactHref, placeOf } from "../src/routes.ts";
import { fill } from "../src/view/crm.ts";

const ann: Contact = {
  id: "c1",
  name: "Ann & Co",
  email: "ann@example.com",
  phone: "+74950000001",
  company: "",
  external_id: "c 1",
  own: { plan: "L" },
  note: "",
  verified: false,
  attributes: { plan: "claimed" },
  details: {},
  identities: [],
  conversations: [],
  merged: [],
  merges: [],
  block: null,
  approached_at: 0,
};
const link = (url: string) => ({
  id: "l",
  version: 1,
  changed_at: 0,
  changed_by: "",
  value: { name: "CRM", url },
});

test("a link into a CRM is filled in, percent-encoded, with what the business keeps", () => {
  const filled = fill(
    link("https://crm.example/{name}?e={email}&p={phone}&x={plan}&c={conversation}"),
    ann,
    "t1",
  );
  expect(filled.url).toBe("https://crm.example/Ann%20%26%20Co?e=ann%40example.com&p=%2B74950000001&x=L&c=t1");
});

test("a link whose field is missing has no address and says which", () => {
  expect(fill(link("https://crm.example/{company}/{city}"), ann, "")).toMatchObject({
    url: "",
    missing: "company",
  });
});

test("nothing but https is ever opened", () => {
  expect(fill(link("javascript:alert(1)//{email}"), ann, "").url).toBe("");
  expect(fill(link("https://crm.example/{email}"), { ...ann, email: "javascript:x/../" }, "").url).toBe(
    "https://crm.example/javascript%3Ax%2F..%2F",
  );
});

test("only what changed is sent, and a field of one's own that is gone is emptied", () => {
  const { name, email, phone, external_id, note } = ann;
  const plain = { name, email, phone, company: "Lantern", external_id, note };
  expect(changesOf(ann, plain, [{ name: " city ", value: "Kazan" }])).toEqual({
    company: "Lantern",
    own: { city: "Kazan", plan: "" },
  });
  expect(changesOf(ann, { ...plain, company: "" }, [{ name: "plan", value: "L" }])).toEqual({});
});

test("what differs is chosen first, and what is taken from who goes is told by field", () => {
  const preview = {
    goes: { id: "g", name: "", identities: [], open: [] },
    stays: { id: "s", name: "", identities: [], open: [] },
    fields: [
      { field: "email", goes: "", stays: "a@example.com", kept: "a@example.com" },
      { field: "own.plan", goes: "L", stays: "S", kept: "S" },
    ],
  } satisfies MergePreview;
  const [first] = choices(preview.fields);
  expect(first).toMatchObject({ field: "plan", own: true, differs: true });
  expect(keepOf(preview, new Set([keyOf(first!)]))).toEqual({ "own.plan": "g" });
});

test("a block has an end, or none", () => {
  expect([untilOf("hour", 1), untilOf("good", 1)]).toEqual([3_600_000_001, 0]);
});

test("a contact has an address of its own", () => {
  expect(placeOf(contactHref("c/1"))).toEqual({ page: "contacts", section: "c/1", item: "" });
  expect(contactHref()).toBe("#/contacts");
});
