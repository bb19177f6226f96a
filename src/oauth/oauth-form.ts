import { readAtMost } from "../core/read-at-most.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { OAuthError } from "./oauth-error.ts";

/** The parameters of a request. A parameter without a value counts as omitted (RFC 6749 §3.1). */
export type OAuthForm = ReadonlyMap<string, string>;

const MEDIA_TYPE = "application/x-www-form-urlencoded";
const MAX_BODY_BYTES = 64 * 1024;

/** Reads the form of a POST request. Refuses other media types, long bodies and repeated parameters. */
export async function readOAuthForm(request: Request): Promise<Result<OAuthForm, OAuthError>> {
  const [mediaType = ""] = (request.headers.get("Content-Type") ?? "").split(";");
  if (mediaType.trim().toLowerCase() !== MEDIA_TYPE)
    return err(invalidRequest(`The Content-Type must be ${MEDIA_TYPE}.`));
  const bytes = await readAtMost(request.body, MAX_BODY_BYTES);
  if (bytes === null) return err(invalidRequest("The request body is too large."));
  const text = decodeUtf8(bytes);
  return text === null ? err(invalidRequest("The request body is not UTF-8.")) : parseOAuthParameters(text);
}

/** Parses a form-encoded body or a query. RFC 6749 §3.1: a parameter must not be included more than once. */
export function parseOAuthParameters(text: string): Result<OAuthForm, OAuthError> {
  const form = new Map<string, string>();
  const seen = new Set<string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (seen.has(name)) return err(repeated(name));
    seen.add(name);
    if (value !== "") form.set(name, value);
  }
  return ok(form);
}

/** RFC 8707 §2 allows several resources, but the tokens of this service have one. */
const repeated = (name: string): OAuthError =>
  name === "resource"
    ? { error: "invalid_target", description: "A request may name one resource only." }
    : invalidRequest("A parameter is included more than once.");

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

const invalidRequest = (description: string): OAuthError => ({ error: "invalid_request", description });
