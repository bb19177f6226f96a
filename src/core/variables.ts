import * as z from "zod/mini";

/** `path` is the variable's name; `message` never repeats a value, which may be a secret. */
export type VariableProblem = { readonly path: string; readonly message: string };

/** Variables as they were meant: space around a value is forgiven, and a blank one is not set. */
export function withoutBlanks(raw: Record<string, unknown>): Record<string, unknown> {
  const trimmed = Object.entries(raw).map(([name, value]) => [
    name,
    typeof value === "string" ? value.trim() : value,
  ]);
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ""));
}

/** A variable that has to be there; `what` says what it should hold. */
export const requiredText = (what: string) =>
  z.string({ error: (issue) => (issue.input === undefined ? `must be set: ${what}` : "must be text") });

/** A provider's key. Keys travel in HTTP headers, where nothing but visible ASCII is safe. */
export const requiredKey = (what: string) =>
  requiredText(what).check(z.regex(/^[\x21-\x7e]+$/, "must be visible ASCII characters without spaces"));

/** Who may be told to go where nobody is asked. */
export type Mode = { readonly isDevelopment: boolean };

/** A provider's host: keys, codes and links travel there, so never in the open but on a laptop, or within one machine. */
export const providerUrl = ({ isDevelopment }: Mode, unset = "must be text") =>
  z.string({ error: (issue) => (issue.input === undefined ? unset : "must be text") }).check(
    z.refine(isPlainHttpUrl, "must be an http or https URL without credentials, query or fragment"),
    z.refine(
      (url) => isDevelopment || !isPlainHttpUrl(url) || isHttpsOrLoopback(url),
      "must be an https URL in production, unless its host is a loopback one",
    ),
  );

/** Another host for a provider, without a slash at its end; null when it is not set. */
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

/** An http or https URL of host and path alone. */
export function isPlainHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

/** Whether what is sent there cannot be overheard on the way (RFC 6761 §6.3: localhost is a loopback address). */
function isHttpsOrLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
