import type { ErrorCode, FieldProblem } from "../core/error-codes.ts";
import { readAtMost } from "../core/read-at-most.ts";
import { err, ok, type Result } from "../core/result.ts";

export type Upload = { readonly bytes: Uint8Array; readonly declaredType: string };

type Accepted = {
  /** Media types that a file may have. */
  readonly types: readonly string[];
  /** Bytes of the file. */
  readonly maxBytes: number;
  /** The field of a multipart body that holds it. */
  readonly field: string;
};

type Refusal = { readonly code: ErrorCode; readonly message?: string; readonly fields?: FieldProblem[] };

/** What the parts around a file in a multipart body may take, in bytes. */
const WRAPPING = 16 * 1024;

const MULTIPART = "multipart/form-data";

/** One file: the body itself, or one field of a multipart body. It stops reading at the limit. */
export async function readUpload(request: Request, accepted: Accepted): Promise<Result<Upload, Refusal>> {
  const contentType = request.headers.get("Content-Type") ?? "";
  const mediaType = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const isMultipart = mediaType === MULTIPART;
  if (!isMultipart && !accepted.types.includes(mediaType)) return err(unsupported(accepted));
  const limit = accepted.maxBytes + (isMultipart ? WRAPPING : 0);
  const isAdmittedlyLong = Number(request.headers.get("Content-Length")) > limit;
  const bytes = isAdmittedlyLong ? null : await readAtMost(request.body, limit);
  if (!bytes) return err({ code: "payload_too_large" });
  if (!isMultipart) return ok({ bytes, declaredType: mediaType });
  const file = await fileOf(bytes, contentType, accepted.field);
  if (!file) {
    const fields = [{ path: accepted.field, message: "Must be a file, once." }];
    return err({ code: "validation_failed", fields });
  }
  if (file.size > accepted.maxBytes) return err({ code: "payload_too_large" });
  const declaredType = file.type.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!accepted.types.includes(declaredType)) return err(unsupported(accepted));
  return ok({ bytes: new Uint8Array(await file.arrayBuffer()), declaredType });
}

const unsupported = ({ types, field }: Accepted): Refusal => ({
  code: "unsupported_media_type",
  message: `Please send ${types.join(", ")}, or such a file as the field "${field}" of ${MULTIPART}.`,
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
