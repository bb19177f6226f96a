import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

const NAME = "gh_passkey";

/** Lifetime in seconds: that of a challenge. */
const MAX_AGE = 300;

/** Pending challenges of one browser: one for each tab that shows the sign-in page. */
const MAX_CHALLENGES = 5;

/** Any other value is of no use as an id. */
const ID = /^[0-9a-f-]{36}$/;

/**
 * Binds a challenge to the browser that has asked for it: no other response and no other host sets this cookie, and no
 * script reads it. Keeps the latest challenges, since each tab asks for its own.
 */
export function addPasskeyChallenge(c: Context, challengeId: string): void {
  const value = [challengeId, ...passkeyChallenges(c)].slice(0, MAX_CHALLENGES).join(".");
  setCookie(c, NAME, value, {
    prefix: "host",
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    maxAge: MAX_AGE,
  });
}

/** The ids of the challenges of this browser, the latest first. */
export const passkeyChallenges = (c: Context): string[] =>
  (getCookie(c, NAME, "host") ?? "")
    .split(".")
    .filter((id) => ID.test(id))
    .slice(0, MAX_CHALLENGES);

export function clearPasskeyChallenges(c: Context): void {
  if (getCookie(c, NAME, "host") === undefined) return;
  deleteCookie(c, NAME, { prefix: "host", secure: true, path: "/" });
}
