import type { ErrorCode, FieldProblem } from "../core/error-codes.ts";
import { readAtMost } from "../core/read-at-most.ts";
import { err, ok, type Result } from "../core/result.ts";

export type Upload = { readonly bytes: Uint8Array; readonly declaredType: string };

type Accepted = {
  /** Allowed media types. */
  readonly types: readonly string[];
  /** Maximum size of the file in bytes. */
  readonly maxBytes: number;
  /** The field of a multipart body that contains the file. */
  readonly field: string;
};

type Refusal = { readonly code: ErrorCode; readonly message?: string; readonly fields?: FieldProblem[] };

/** Bytes that a multipart body may have in addition to the file. */
const MULTIPART_OVERHEAD = 16 * 1024;

const MULTIPART = "multipart/form-data";

/** Reads one file: the body itself, or one field of a multipart body. Stops reading at the limit. */
export async function readUpload(request: Request, accepted: Accepted): Promise<Result<Upload, Refusal>> {
  const contentType = request.headers.get("Content-Type") ?? "";
  const mediaType = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const isMultipart = mediaType === MULTIPART;
  if (!isMultipart && !accepted.types.includes(mediaType)) return err(unsupported(accepted));
  const limit = accepted.maxBytes + (isMultipart ? MULTIPART_OVERHEAD : 0);
  const isDeclaredTooLong = Number(request.headers.get("Content-Length")) > limit;
  const bytes = isDeclaredTooLong ? null : await readAtMost(request.body, limit);
  if (!bytes) return err({ code: "payload_too_large" });
  if (!isMultipart) return ok({ bytes, declaredType: mediaType });
  const file = await fileOf(bytes, contentType, accepted.field);
  if (!file) {
    const fields = [{ path: accepted.field, message: "Must be exactly one file." }];
    return err({ code: "validation_failed", fields });
  }
  if (file.size > accepted.maxBytes) return err({ code: "payload_too_large" });
  const declaredType = file.type.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!accepted.types.includes(declaredType)) return err(unsupported(accepted));
  return ok({ bytes: new Uint8Array(await file.arrayBuffer()), declaredType });
}

const unsupported = ({ types, field }: Accepted): Refusal => ({
  code: "unsupported_media_type",
  message: `Send ${types.join(", ")} as the body, or as the field "${field}" of ${MULTIPART}.`,
});

async function fileOf(bytes: Uint8Array, contentType: string, field: string): Promise<File | null> {
  try {
    const form = await new Response(bytes, { headers: { "Content-Type": contentType } }).formData();
    const [file, ...others] = form.getAll(field) as unknown[];
    return file instanceof File && others.length === 0 ? file : null;
  } catch {
    return null;
  }
}
