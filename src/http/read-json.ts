import type { ErrorCode, FieldProblem } from "../core/error-codes.ts";
import { readAtMost } from "../core/read-at-most.ts";
import { err, ok, type Result } from "../core/result.ts";
import { isCleanText } from "../core/text.ts";

/** Bytes (contract §1). */
export const MAX_BODY_BYTES = 64 * 1024;

const MAX_DEPTH = 32;

type Refusal = { readonly code: ErrorCode; readonly fields?: readonly FieldProblem[] };

/** The body of a JSON route: of the right type and size, well-formed, and of text that can be stored. */
export async function readJson(request: Request): Promise<Result<unknown, Refusal>> {
  const mediaType = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") return err({ code: "unsupported_media_type" });
  // A length that is admitted is believed; any other is counted as it comes.
  const isAdmittedlyLong = Number(request.headers.get("Content-Length")) > MAX_BODY_BYTES;
  const bytes = isAdmittedlyLong ? null : await readAtMost(request.body, MAX_BODY_BYTES);
  if (!bytes) return err({ code: "payload_too_large" });
  const value = parse(bytes);
  if (value === undefined) return err({ code: "malformed_json" });
  const fields = findUnfitText(value);
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
 * Looks at every string, keys included: NUL and lone surrogates change on their way into the
 * database. Walks without recursion, so that depth costs nothing before it is refused.
 */
function findUnfitText(root: unknown): FieldProblem[] {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: root, path: "", depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path, depth } = next;
    if (typeof value === "string" && !isCleanText(value)) {
      return [{ path, message: "Contains characters that cannot be used." }];
    }
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_DEPTH) return [{ path: "", message: "Is nested too deeply." }];
    for (const [key, item] of Object.entries(value)) {
      if (!isCleanText(key)) return [{ path, message: "Has a key that cannot be used." }];
      open.push({ value: item, path: path ? `${path}.${key}` : key, depth: depth + 1 });
    }
  }
  return [];
}
