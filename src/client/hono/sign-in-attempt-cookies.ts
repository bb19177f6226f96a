import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { clock } from "../clock.ts";
import { cookie } from "./cookie.ts";

/** Seconds that a sign-in may take: long enough for a mail that confirms an address. */
const MAX_AGE_SECONDS = 3600;

/** Concurrent sign-in attempts of one browser. The oldest are dropped. */
const MAX_ATTEMPTS = 5;

/** Characters of `state` in the name of a cookie. The whole `state` must match. */
const STATE_PREFIX_LENGTH = 8;

/** The `state` and code verifier (RFC 7636 §4.1) of a sign-in attempt, and the path to open afterwards. */
export type SignInAttempt = { readonly state: string; readonly verifier: string; readonly to: string };

/** The sign-in attempts of a browser, one cookie each, since tabs are independent. */
export function signInAttemptCookies(c: Context, prefix: string) {
  const of = (state: string) => cookie(c, prefix + state.slice(0, STATE_PREFIX_LENGTH));
  return {
    begin(attempt: SignInAttempt): void {
      const others = Object.entries(getCookie(c))
        .filter(([name]) => name.startsWith(`__Host-${prefix}`))
        .map(([name, text]) => ({ key: name.slice("__Host-".length), at: parse(text)?.at ?? 0 }))
        .sort((a, b) => a.at - b.at);
      for (const { key } of others.slice(0, Math.max(0, others.length - MAX_ATTEMPTS + 1)))
        cookie(c, key).clear();
      of(attempt.state).write(JSON.stringify({ ...attempt, at: clock.now() }), MAX_AGE_SECONDS);
    },
    /** Returns null for a `state` that this browser did not start (RFC 9700 §4.7), or that has expired. */
    find(state: string): SignInAttempt | null {
      const attempt = parse(of(state).read());
      return attempt?.state === state ? attempt : null;
    },
    end: (state: string): void => of(state).clear(),
  };
}

function parse(text: string | undefined): (SignInAttempt & { readonly at: number }) | null {
  try {
    const { state, verifier, to, at } = JSON.parse(text ?? "");
    const isComplete =
      [state, verifier, to].every((value) => typeof value === "string") && Number.isFinite(at);
    return isComplete ? { state, verifier, to, at } : null;
  } catch {
    return null;
  }
}
