import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { clock } from "../../clock.ts";
import type { SignInAttempt } from "../../oauth/sign-in-attempt.ts";
import { cookie } from "../cookie.ts";

/** Seconds that a sign-in may take: long enough for a mail that confirms an address. */
const MAX_AGE_SECONDS = 3600;

/** Concurrent sign-in attempts of one browser. The oldest are dropped. */
const MAX_ATTEMPTS = 5;

/** Characters of `state` in the name of a cookie. The whole `state` must match. */
const STATE_PREFIX_LENGTH = 8;

/** A sign-in attempt, the path to open afterwards, and the `max_age` of the request. */
export type AppAttempt = SignInAttempt & { readonly to: string; readonly maxAge?: number };

/** The sign-in attempts of a browser, one cookie each, since tabs are independent. */
export function attemptCookies(c: Context, prefix: string) {
  const of = (state: string) => cookie(c, prefix + state.slice(0, STATE_PREFIX_LENGTH));
  return {
    begin(attempt: AppAttempt): void {
      const others = Object.entries(getCookie(c))
        .filter(([name]) => name.startsWith(`__Host-${prefix}`))
        .map(([name, text]) => ({ key: name.slice("__Host-".length), at: parse(text)?.at ?? 0 }))
        .sort((a, b) => a.at - b.at);
      for (const { key } of others.slice(0, Math.max(0, others.length - MAX_ATTEMPTS + 1)))
        cookie(c, key).clear();
      of(attempt.state).write(JSON.stringify({ ...attempt, at: clock.now() }), MAX_AGE_SECONDS);
    },
    /** Returns null for a `state` that this browser did not start (RFC 9700 §4.7), or that has expired. */
    find(state: string): AppAttempt | null {
      const attempt = parse(of(state).read());
      return attempt?.state === state ? attempt : null;
    },
    end: (state: string): void => of(state).clear(),
  };
}

function parse(text: string | undefined): (AppAttempt & { readonly at: number }) | null {
  try {
    const { state, verifier, nonce, to, maxAge, at } = JSON.parse(text ?? "");
    const isComplete = [state, verifier, nonce, to].every((value) => typeof value === "string");
    const isValid = isComplete && Number.isFinite(at) && (maxAge === undefined || Number.isFinite(maxAge));
    return isValid ? { state, verifier, nonce, to, maxAge, at } : null;
  } catch {
    return null;
  }
}
