import type { MergeField, MergePreview } from "../../../api/contacts.ts";

/** A field of two contacts, as a choice. `differs`: each has one, and not the same. */
export interface Choice {
  readonly field: string;
  readonly own: boolean;
  readonly goes: string;
  readonly stays: string;
  readonly differs: boolean;
}

/** What is to be chosen comes first. */
export function choices(fields: readonly MergeField[]): readonly Choice[] {
  return fields
    .map(({ field, goes, stays }) => ({
      field: field.replace(/^own\./, ""),
      own: field.startsWith("own."),
      goes,
      stays,
      differs: goes !== "" && stays !== "" && goes !== stays,
    }))
    .toSorted((a, b) => Number(b.differs) - Number(a.differs));
}

/** Whose value is kept, by field, as the server wants it. `theirs`: fields that are taken from whoever goes. */
export function keepOf(preview: MergePreview, theirs: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries([...theirs].map((field) => [field, preview.goes.id]));
}

export const keyOf = ({ field, own }: Choice): string => (own ? `own.${field}` : field);
