import type { ErrorCode, FieldProblem } from "../core/error-codes.ts";
import { findInvalidText } from "../core/json-text.ts";
import { readAtMost } from "../core/read-at-most.ts";
import { err, ok, type Result } from "../core/result.ts";

/** Maximum size in bytes (contract §1). */
export const MAX_BODY_BYTES = 64 * 1024;

type Refusal = { readonly code: ErrorCode; readonly fields?: readonly FieldProblem[] };

/**
 * Reads a JSON body. Checks its media type, size, syntax, depth, and that the database can store its text. An empty body
 * that `isOptional` is `{}`, also without a media type. A form of another site always has one, which is refused.
 */
export async function readJson(
  request: Request,
  { isOptional }: { readonly isOptional: boolean },
): Promise<Result<unknown, Refusal>> {
  const mediaType = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  const hasNoType = mediaType === undefined;
  if (mediaType !== "application/json" && !(isOptional && hasNoType))
    return err({ code: "unsupported_media_type" });
  // A Content-Length over the limit is an error. Otherwise the bytes are counted while they arrive.
  const isDeclaredTooLong = Number(request.headers.get("Content-Length")) > MAX_BODY_BYTES;
  const bytes = isDeclaredTooLong ? null : await readAtMost(request.body, MAX_BODY_BYTES);
  if (!bytes) return err({ code: "payload_too_large" });
  if (isOptional && bytes.byteLength === 0) return ok({});
  if (hasNoType) return err({ code: "unsupported_media_type" });
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
