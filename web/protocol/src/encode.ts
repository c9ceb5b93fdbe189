/**
 * `JSON.stringify` for plain data, on pages whose frameworks gave arrays and objects a `toJSON` of their own: it asks
 * no value how it wants to be written. What is undefined is left out.
 */
export function encode(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => encode(one ?? null)).join()}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  const written: string[] = [];
  for (const name of Object.keys(fields))
    if (fields[name] !== undefined) written.push(`${JSON.stringify(name)}:${encode(fields[name])}`);
  return `{${written.join()}}`;
}
