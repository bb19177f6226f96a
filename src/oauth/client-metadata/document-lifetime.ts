import { DAY, MINUTE, SECOND } from "../../core/clock.ts";

const SHORTEST = 5 * MINUTE;
const LONGEST = DAY;
const DEFAULT = 60 * MINUTE;

/**
 * How long a fetched document is used (RFC 9111 §4.2), within 5 minutes and 24 hours. This is a shared cache, so that
 * `s-maxage` precedes `max-age`. The lower bound keeps a client from making each request fetch.
 */
export function documentLifetime(headers: Headers): number {
  const directives = (headers.get("Cache-Control") ?? "")
    .toLowerCase()
    .split(",")
    .map((text) => text.trim());
  if (directives.some((directive) => /^(?:no-store|no-cache|private)\b/.test(directive))) return SHORTEST;
  const seconds = secondsOf(directives, "s-maxage") ?? secondsOf(directives, "max-age");
  const age = Number(/^\d{1,10}$/.exec(headers.get("Age") ?? "")?.[0] ?? 0);
  const lifetime = seconds === null ? expiryOf(headers) : (seconds - age) * SECOND;
  return Math.min(LONGEST, Math.max(SHORTEST, lifetime));
}

function secondsOf(directives: readonly string[], name: string): number | null {
  for (const directive of directives) {
    const [, value] = new RegExp(`^${name}="?(\\d{1,10})"?$`).exec(directive) ?? [];
    if (value !== undefined) return Number(value);
  }
  return null;
}

/** By `Expires` and `Date` of the same response, since the clocks may differ. */
function expiryOf(headers: Headers): number {
  const expires = headers.get("Expires");
  if (expires === null) return DEFAULT;
  const lifetime = Date.parse(expires) - Date.parse(headers.get("Date") ?? "");
  // An invalid date means "already expired" (RFC 9111 §5.3).
  return Number.isNaN(lifetime) ? SHORTEST : lifetime;
}
