import { readAtMost } from "../core/read-at-most.ts";
import { isCleanText } from "../core/text.ts";

/** Bytes of a form without its file. */
const MAX_FORM_BYTES = 16 * 1024;

/** Fields whose values a page must not show again. The names of custom fields (`fields.`) are free. */
const SECRET = /^(?!fields\.).*(?:password|token|code|csrf)/i;

/** A posted form. Each field occurs once and holds text that can be stored. */
export type Form = {
  /** The field's value; empty where there is no such field. */
  readonly text: (name: string) => string;
  /** All fields except secrets. */
  readonly kept: ReadonlyMap<string, string>;
  readonly file: File | null;
};

type Upload = { readonly field: string; readonly maxBytes: number };

type FormOptions = {
  readonly upload?: Upload | undefined;
  /** The limit of its fields. Default: that of a form without long texts. */
  readonly maxFormBytes?: number | undefined;
};

/** Null when the body is no valid form. */
export async function readForm(
  request: Request,
  { upload, maxFormBytes = MAX_FORM_BYTES }: FormOptions = {},
): Promise<Form | null> {
  const contentType = request.headers.get("Content-Type") ?? "";
  const mediaType = contentType.split(";")[0]?.trim().toLowerCase();
  const isUpload = upload !== undefined && mediaType === "multipart/form-data";
  if (!isUpload && mediaType !== "application/x-www-form-urlencoded") return null;
  const bytes = await readAtMost(request.body, maxFormBytes + (isUpload ? upload.maxBytes : 0));
  if (bytes === null) return null;
  const entries = await parse(bytes, contentType);
  if (entries === null) return null;
  const fields = new Map<string, string>();
  let file: File | null = null;
  for (const [name, value] of entries) {
    if (typeof value !== "string") {
      if (name !== upload?.field || file) return null;
      file = value;
    } else if (fields.has(name) || !isCleanText(value)) return null;
    else fields.set(name, value);
  }
  const kept = new Map([...fields].filter(([name]) => !SECRET.test(name)));
  return { text: (name) => fields.get(name) ?? "", kept, file };
}

async function parse(bytes: Uint8Array, contentType: string): Promise<[string, File | string][] | null> {
  try {
    const form = await new Response(bytes, { headers: { "Content-Type": contentType } }).formData();
    return [...form];
  } catch {
    return null;
  }
}
