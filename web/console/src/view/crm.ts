import type { Contact } from "../api/contacts.ts";
import type { CrmLink, Thing } from "../api/setup.ts";

/** A link that is filled in; `missing`: the first field that the contact hasn't got, and then there is no address. */
export interface FilledLink {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly missing: string;
}

const PLACE = /\{([^{}]*)\}/g;

/** What the business keeps of a contact, by the names that a link may use. */
function fieldsOf(contact: Contact, conversation: string): ReadonlyMap<string, string> {
  const { name, email, phone, company, external_id } = contact;
  return new Map(Object.entries({ ...contact.own, name, email, phone, company, external_id, conversation }));
}

export function fill(link: Thing<CrmLink>, contact: Contact, conversation: string): FilledLink {
  const fields = fieldsOf(contact, conversation);
  let missing = "";
  const url = link.value.url.replace(PLACE, (_, place: string) => {
    const value = fields.get(place) ?? "";
    if (!value) missing ||= place;
    return encodeURIComponent(value);
  });
  // The server takes no other addresses; what is opened is judged where it is opened, too.
  const safe = !missing && url.startsWith("https://");
  return { id: link.id, name: link.value.name, url: safe ? url : "", missing };
}
