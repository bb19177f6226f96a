import { constantTimeEqual } from "@oslojs/crypto/subtle";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { type Clock, SECOND } from "../core/clock.ts";
import { utf8 } from "../core/crypto/encoding.ts";
import { keyedHash } from "../core/crypto/keyed-hash.ts";
import type { SecretRing, SecretRoot } from "../core/crypto/secret-ring.ts";
import { browserBinding, preSessionCookie } from "./session-cookies.ts";

/** Lifetime in seconds: that of the challenge. */
const MAX_AGE = 600;

type ChallengeCookieDeps = { readonly secrets: SecretRing; readonly clock: Clock };

/** The pending challenge of a browser. `sentAt` in milliseconds. */
export type PendingChallenge = { readonly challengeId: string; readonly sentAt: number };

/**
 * A cookie for the challenge that a response begins: `<challenge>.<seconds>.<mac>`. The MAC binds the value to this
 * browser, so that the value of another browser is refused. Nothing else sets it: an address must not be able to
 * make a user complete the sign-in of another one. `purpose`: part of the MAC, so that one cookie is refused as another.
 */
function challengeCookie(name: string, purpose: string) {
  const mac = (root: SecretRoot, value: string, binding: string): Promise<string> =>
    keyedHash(root, "csrf-token", `${purpose}\n${value}\n${binding}`);
  return {
    async set(c: Context, { secrets, clock }: ChallengeCookieDeps, challengeId: string): Promise<void> {
      const binding = browserBinding(c);
      const value = `${challengeId}.${Math.floor(clock.now() / SECOND)}`;
      setCookie(c, name, `${value}.${await mac(secrets.current, value, binding)}`, {
        prefix: "host",
        secure: true,
        httpOnly: true,
        sameSite: "Lax",
        path: "/",
        maxAge: MAX_AGE,
      });
    },

    /** Null without a cookie, and for one that was set in another browser. */
    async read(
      c: Context,
      { secrets: { current, earlier } }: Pick<ChallengeCookieDeps, "secrets">,
    ): Promise<PendingChallenge | null> {
      const binding = preSessionCookie(c);
      const [, challengeId, seconds, presentedMac = ""] =
        /^(.+)\.(\d+)\.([^.]*)$/.exec(getCookie(c, name, "host") ?? "") ?? [];
      if (binding === undefined || !challengeId) return null;
      for (const root of [current, ...earlier]) {
        const expected = await mac(root, `${challengeId}.${seconds}`, binding);
        if (constantTimeEqual(utf8(expected), utf8(presentedMac)))
          return { challengeId, sentAt: Number(seconds) * SECOND };
      }
      return null;
    },

    clear(c: Context): void {
      if (getCookie(c, name, "host") === undefined) return;
      deleteCookie(c, name, { prefix: "host", secure: true, path: "/" });
    },
  };
}

/** The pending second factor. */
export const {
  set: setChallengeCookie,
  read: readChallengeCookie,
  clear: clearChallengeCookie,
} = challengeCookie("gh_challenge", "challenge");

/** The pending sign-in by email code. */
export const emailCodeCookie = challengeCookie("gh_email_code", "email-code");
