import { constantTimeEqual } from "@oslojs/crypto/subtle";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { type Clock, SECOND } from "../core/clock.ts";
import { utf8 } from "../core/crypto/encoding.ts";
import { keyedHash } from "../core/crypto/keyed-hash.ts";
import type { SecretRing, SecretRoot } from "../core/crypto/secret-ring.ts";
import { browserBinding, preSessionCookie } from "./session-cookies.ts";

const NAME = "gh_challenge";

/** Lifetime in seconds: that of the challenge. */
const MAX_AGE = 600;

type ChallengeCookieDeps = { readonly secrets: SecretRing; readonly clock: Clock };

/** The pending second factor of a browser. `sentAt` in milliseconds. */
export type PendingChallenge = { readonly challengeId: string; readonly sentAt: number };

/**
 * Stores the second factor that this response begins: `<challenge>.<seconds>.<mac>`. The MAC binds the value to this
 * browser, so that the value of another browser is refused. Nothing else sets it: an address must not be able to
 * make a user complete the sign-in of another one.
 */
export async function setChallengeCookie(
  c: Context,
  { secrets, clock }: ChallengeCookieDeps,
  challengeId: string,
): Promise<void> {
  const binding = browserBinding(c);
  const value = `${challengeId}.${Math.floor(clock.now() / SECOND)}`;
  setCookie(c, NAME, `${value}.${await mac(secrets.current, value, binding)}`, {
    prefix: "host",
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    maxAge: MAX_AGE,
  });
}

/** Null without a cookie, and for one that was set in another browser. */
export async function readChallengeCookie(
  c: Context,
  { secrets: { current, earlier } }: Pick<ChallengeCookieDeps, "secrets">,
): Promise<PendingChallenge | null> {
  const binding = preSessionCookie(c);
  const [challengeId = "", seconds = "", presentedMac = ""] = getCookie(c, NAME, "host")?.split(".") ?? [];
  if (binding === undefined || !challengeId) return null;
  for (const root of [current, ...earlier]) {
    const expected = await mac(root, `${challengeId}.${seconds}`, binding);
    if (constantTimeEqual(utf8(expected), utf8(presentedMac)))
      return { challengeId, sentAt: Number(seconds) * SECOND };
  }
  return null;
}

export function clearChallengeCookie(c: Context): void {
  if (getCookie(c, NAME, "host") === undefined) return;
  deleteCookie(c, NAME, { prefix: "host", secure: true, path: "/" });
}

const mac = (root: SecretRoot, value: string, binding: string): Promise<string> =>
  keyedHash(root, "csrf-token", `challenge\n${value}\n${binding}`);
