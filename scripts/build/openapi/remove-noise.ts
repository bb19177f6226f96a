/** Formats that make zod's pattern redundant. */
const DESCRIPTIVE_FORMATS = ["uuid", "date-time", "email"];

/** Removes redundant keywords that zod writes: bounds of safe integers, and patterns beside a format. */
export function removeNoise<T>(node: T): T {
  if (Array.isArray(node)) return node.map(removeNoise) as T;
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !isNoise(key, value, node as Record<string, unknown>))
      .map(([key, value]) => [key, removeNoise(value)]),
  ) as T;
}

function isNoise(key: string, value: unknown, { type, format }: Record<string, unknown>): boolean {
  if (key === "minimum" || key === "maximum")
    return type === "integer" && Math.abs(value as number) === Number.MAX_SAFE_INTEGER;
  return key === "pattern" && type === "string" && DESCRIPTIVE_FORMATS.includes(format as string);
}
