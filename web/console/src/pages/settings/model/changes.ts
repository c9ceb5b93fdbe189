/** What differs between versions of a thing, field by field. Values are plain data, as JSON holds it. */

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A field that somebody else changed. `mine` is what I wrote; `both`: I changed it, too. */
export interface Difference {
  readonly field: string;
  readonly before: unknown;
  readonly theirs: unknown;
  readonly mine: unknown;
  readonly both: boolean;
}

export function differences<V extends object>(before: V, mine: V, theirs: V): Difference[] {
  return fields(before, theirs)
    .filter((field) => !same(at(before, field), at(theirs, field)))
    .map((field) => ({
      field,
      before: at(before, field),
      theirs: at(theirs, field),
      mine: at(mine, field),
      both: !same(at(mine, field), at(before, field)) && !same(at(mine, field), at(theirs, field)),
    }));
}

/** What I changed, on top of what it has become meanwhile. */
export function onTop<V extends object>(before: V, mine: V, theirs: V): V {
  const changed = Object.entries(mine).filter(([field, value]) => !same(value, at(before, field)));
  return { ...theirs, ...Object.fromEntries(changed) };
}

function at(value: object, field: string): unknown {
  return (value as Record<string, unknown>)[field];
}

function fields(one: object, other: object): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])];
}
