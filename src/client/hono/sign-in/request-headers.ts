import type { Context } from "hono";

/** Characters of a User-Agent that Gatehouse keeps. */
const MAX_LENGTH = 256;

/** The user's browser, for the list of their sessions: the request to Gatehouse comes from the app's server. */
export function requestHeaders(c: Context): Record<string, string> {
  const userAgent = c.req.header("User-Agent");
  return userAgent === undefined ? {} : { "User-Agent": userAgent.slice(0, MAX_LENGTH) };
}
