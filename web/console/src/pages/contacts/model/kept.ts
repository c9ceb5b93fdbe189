import type { Contact, ContactFields } from "../../../api/contacts.ts";

type Plain = Omit<ContactFields, "own">;
export interface OwnField {
  readonly name: string;
  readonly value: string;
}

/** Only what is another thing now; a field of one's own that is gone, or is called otherwise, is emptied. */
export function changesOf(before: Contact, plain: Plain, own: readonly OwnField[]): Partial<ContactFields> {
  const now = Object.fromEntries(
    own.filter(({ name }) => name.trim()).map(({ name, value }) => [name.trim(), value]),
  );
  const gone = Object.keys(before.own).filter((name) => !(name in now));
  const changed = Object.entries(now).filter(([name, value]) => (before.own[name] ?? "") !== value);
  const owned = Object.fromEntries([...changed, ...gone.map((name) => [name, ""] as const)]);
  const fields = (Object.keys(plain) as (keyof Plain)[]).filter((name) => plain[name] !== before[name]);
  return {
    ...Object.fromEntries(fields.map((name) => [name, plain[name]])),
    ...(Object.keys(owned).length > 0 ? { own: owned } : {}),
  };
}
