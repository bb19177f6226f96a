import type { FieldProblem } from "./error-codes.ts";
import { isCleanText } from "./text.ts";

/** Levels of arrays and objects. */
export const MAX_JSON_DEPTH = 32;

/**
 * Checks all strings and keys: the database changes NUL and lone surrogates. The traversal is
 * iterative, so deep nesting cannot exhaust the stack before it is refused.
 */
export function findInvalidText(root: unknown): FieldProblem[] {
  const pending: { value: unknown; path: string; depth: number }[] = [{ value: root, path: "", depth: 1 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, path, depth } = next;
    if (typeof value === "string" && !isCleanText(value)) {
      return [{ path, message: "Contains invalid characters." }];
    }
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_JSON_DEPTH) return [{ path: "", message: "Is nested too deeply." }];
    for (const [key, item] of Object.entries(value)) {
      if (!isCleanText(key)) return [{ path, message: "Contains an invalid key." }];
      pending.push({ value: item, path: path ? `${path}.${key}` : key, depth: depth + 1 });
    }
  }
  return [];
}
