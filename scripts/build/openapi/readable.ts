/** Formats that say all that the expression beside them does. */
const TELLING_FORMATS = ["uuid", "date-time", "email"];

/** The same document without what zod writes down and nobody needs to be told. */
export function readable<T>(node: T): T {
  if (Array.isArray(node)) return node.map(readable) as T;
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !isNoise(key, value, node as Record<string, unknown>))
      .map(([key, value]) => [key, readable(value)]),
  ) as T;
}

function isNoise(key: string, value: unknown, { type, format }: Record<string, unknown>): boolean {
  if (key === "minimum" || key === "maximum")
    return type === "integer" && Math.abs(value as number) === Number.MAX_SAFE_INTEGER;
  return key === "pattern" && type === "string" && TELLING_FORMATS.includes(format as string);
}
