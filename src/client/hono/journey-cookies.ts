import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { clock } from "../clock.ts";
import { cookie } from "./cookie.ts";

/** Seconds for which a sign-in may be on its way: as long as a mail to confirm an address may take. */
const LONGEST = 3600;

/** Sign-ins of one browser that may be on their way at once; the oldest give way. */
const MOST = 5;

/** Characters of `state` that name a cookie: enough to tell a browser's own apart. All of it has to match. */
const NAMED_BY = 8;

/** What a browser has to bring back from the pages (RFC 7636 §4.1), and where in the app it wanted to go. */
export type SignInAttempt = { readonly state: string; readonly verifier: string; readonly to: string };

/** The sign-ins that a browser has set out on, each in a cookie of its own: tabs do not know of each other. */
export function signInAttemptCookies(c: Context, prefix: string) {
  const of = (state: string) => cookie(c, prefix + state.slice(0, NAMED_BY));
  return {
    begin(journey: SignInAttempt): void {
      const others = Object.entries(getCookie(c))
        .filter(([name]) => name.startsWith(`__Host-${prefix}`))
        .map(([name, text]) => ({ key: name.slice("__Host-".length), at: parse(text)?.at ?? 0 }))
        .sort((a, b) => a.at - b.at);
      for (const { key } of others.slice(0, Math.max(0, others.length - MOST + 1))) cookie(c, key).clear();
      of(journey.state).write(JSON.stringify({ ...journey, at: clock.now() }), LONGEST);
    },
    /** Null for what this browser has not set out for (RFC 9700 §4.7), or too long ago. */
    find(state: string): SignInAttempt | null {
      const journey = parse(of(state).read());
      return journey?.state === state ? journey : null;
    },
    end: (state: string): void => of(state).clear(),
  };
}

function parse(text: string | undefined): (SignInAttempt & { readonly at: number }) | null {
  try {
    const { state, verifier, to, at } = JSON.parse(text ?? "");
    const isWhole = [state, verifier, to].every((part) => typeof part === "string") && Number.isFinite(at);
    return isWhole ? { state, verifier, to, at } : null;
  } catch {
    return null;
  }
}
