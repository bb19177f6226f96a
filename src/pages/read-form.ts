import { readAtMost } from "../kernel/read-at-most.ts";
import { isCleanText } from "../kernel/text.ts";

/** Bytes: more than any form of ours has. */
const MAX_FORM_BYTES = 16 * 1024;

/** The fields of a posted form, each once and of text that can be stored; null when it is no such form. */
export async function readForm(request: Request): Promise<ReadonlyMap<string, string> | null> {
  const mediaType = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/x-www-form-urlencoded") return null;
  const bytes = await readAtMost(request.body, MAX_FORM_BYTES);
  if (bytes === null) return null;
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) {
    if (fields.has(name) || !isCleanText(value)) return null;
    fields.set(name, value);
  }
  return fields;
}
