import type { ErrorCode, FieldProblem } from "../core/error-codes.ts";
import { readAtMost } from "../core/read-at-most.ts";
import { err, ok, type Result } from "../core/result.ts";
import { isCleanText } from "../core/text.ts";

/** Maximum size in bytes (contract §1). */
export const MAX_BODY_BYTES = 64 * 1024;

const MAX_DEPTH = 32;

type Refusal = { readonly code: ErrorCode; readonly fields?: readonly FieldProblem[] };

/** Reads a JSON body. Checks its media type, size, syntax, depth, and that the database can store its text. */
export async function readJson(request: Request): Promise<Result<unknown, Refusal>> {
  const mediaType = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") return err({ code: "unsupported_media_type" });
  // A Content-Length over the limit is an error. Otherwise the bytes are counted while they arrive.
  const isDeclaredTooLong = Number(request.headers.get("Content-Length")) > MAX_BODY_BYTES;
  const bytes = isDeclaredTooLong ? null : await readAtMost(request.body, MAX_BODY_BYTES);
  if (!bytes) return err({ code: "payload_too_large" });
  const value = parse(bytes);
  if (value === undefined) return err({ code: "malformed_json" });
  const fields = findInvalidText(value);
  return fields.length > 0 ? err({ code: "validation_failed", fields }) : ok(value);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return undefined;
  }
}

/**
 * Checks all strings and keys: the database changes NUL and lone surrogates. The traversal is
 * iterative, so deep nesting cannot exhaust the stack before it is refused.
 */
function findInvalidText(root: unknown): FieldProblem[] {
  const pending: { value: unknown; path: string; depth: number }[] = [{ value: root, path: "", depth: 1 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, path, depth } = next;
    if (typeof value === "string" && !isCleanText(value)) {
      return [{ path, message: "Contains invalid characters." }];
    }
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_DEPTH) return [{ path: "", message: "Is nested too deeply." }];
    for (const [key, item] of Object.entries(value)) {
      if (!isCleanText(key)) return [{ path, message: "Contains an invalid key." }];
      pending.push({ value: item, path: path ? `${path}.${key}` : key, depth: depth + 1 });
    }
  }
  return [];
}
