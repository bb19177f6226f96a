import { MINUTE } from "../../core/clock.ts";

/** RFC 9126 §2.2: the form of a `request_uri` of this service. */
const PREFIX = "urn:ietf:params:oauth:request_uri:";

/**
 * Milliseconds. RFC 9126 §2.2 recommends 5 to 600 seconds. The user may have to sign in meanwhile, so that it is the
 * longest of them.
 */
export const PUSHED_REQUEST_TTL_MS = 10 * MINUTE;

export const requestUriOf = (token: string): string => PREFIX + token;

/** The token of a `request_uri`. Null: it is not one of this service. */
export function pushedRequestToken(requestUri: string | undefined): string | null {
  if (!requestUri?.startsWith(PREFIX)) return null;
  const token = requestUri.slice(PREFIX.length);
  return /^[\w-]{43}$/.test(token) ? token : null;
}
