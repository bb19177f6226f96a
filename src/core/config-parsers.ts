import * as z from "zod/mini";

/** `path` is the name of the variable. `message` never repeats the value, which may be a secret. */
export type VariableProblem = { readonly path: string; readonly message: string };

/** Trims the values and removes blank variables. */
export function withoutBlanks(raw: Record<string, unknown>): Record<string, unknown> {
  const trimmed = Object.entries(raw).map(([name, value]) => [
    name,
    typeof value === "string" ? value.trim() : value,
  ]);
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ""));
}

/** A required variable. `description` is part of the error message. */
export const requiredText = (description: string) =>
  z.string({
    error: (issue) => (issue.input === undefined ? `must be set: ${description}` : "must be text"),
  });

/** A provider's key. Keys are sent in HTTP headers, where only visible ASCII is safe. */
export const requiredKey = (description: string) =>
  requiredText(description).check(
    z.regex(/^[\x21-\x7e]+$/, "must be visible ASCII characters without spaces"),
  );

/** Development mode also allows plain-http provider hosts. */
export type Mode = { readonly isDevelopment: boolean };

/** The base URL of a provider. It receives keys and codes, so plain http is allowed only in development or on loopback. */
export const providerUrl = ({ isDevelopment }: Mode, unset = "must be text") =>
  z.string({ error: (issue) => (issue.input === undefined ? unset : "must be text") }).check(
    z.refine(isPlainHttpUrl, "must be an http or https URL without credentials, query or fragment"),
    z.refine(
      (url) => isDevelopment || !isPlainHttpUrl(url) || isHttpsOrLoopback(url),
      "must be an https URL in production, unless its host is a loopback one",
    ),
  );

/** Optional replacement for a provider's base URL, without a trailing slash. Null if unset. */
export const apiBase = (mode: Mode) =>
  z.pipe(
    z.optional(
      z.pipe(
        providerUrl(mode),
        z.transform((url) => url.replace(/\/+$/, "")),
      ),
    ),
    z.transform((url) => url ?? null),
  );

/** True for an http or https URL that consists of host and path only. */
export function isPlainHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

/** RFC 6761 §6.3: localhost is a loopback address, so its traffic cannot be intercepted on the network. */
function isHttpsOrLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
