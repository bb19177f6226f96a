import { isCleanText } from "../kernel/text.ts";

/** Bytes: more than any form of ours has. */
const MAX_FORM_BYTES = 16 * 1024;

/** The fields of a posted form, each once and of text that can be stored; null when it is no such form. */
export async function readForm(request: Request): Promise<ReadonlyMap<string, string> | null> {
  const mediaType = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/x-www-form-urlencoded") return null;
  if (Number(request.headers.get("Content-Length")) > MAX_FORM_BYTES) return null;
  const text = await readText(request);
  if (text === null) return null;
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name) || !isCleanText(value)) return null;
    fields.set(name, value);
  }
  return fields;
}

async function readText(request: Request): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_FORM_BYTES) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
