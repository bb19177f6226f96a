import { codeChallengeField } from "../oauth/fields.ts";
import { judgeReturnUrl } from "../oauth/return-url.ts";

/** Where somebody goes who has signed in. */
export type ReturnTarget = {
  /** Whole, so that nothing reads it in another way. */
  readonly returnTo: string;
  /** What an app on another origin asked for: a code under this challenge, and its own `state` with it. */
  readonly app: { readonly codeChallenge: string; readonly state: string | null } | null;
};

export type Settings = { readonly publicUrl: string; readonly allowedReturnUrls: readonly string[] };

/** Visible ASCII: an app's own words, which go back to it as they came (RFC 6749 §4.1.1). */
const STATE = /^[\x21-\x7e]{1,512}$/;

/**
 * The way that an address asks for, as the rules allow; null is to the account. `malformed`: an app would
 * wait for a code that cannot come.
 */
export function readReturnTarget(
  asked: URLSearchParams,
  settings: Settings,
): ReturnTarget | null | "malformed" {
  const typed = asked.get("returnTo");
  const codeChallenge = asked.get("codeChallenge");
  const state = asked.get("state");
  const returnTo = typed === null ? null : judgeReturnUrl(typed, settings);
  if (state !== null && !STATE.test(state)) return "malformed";
  if (codeChallenge === null) return returnTo === null ? null : { returnTo, app: null };
  if (returnTo === null || !codeChallengeField.safeParse(codeChallenge).success) return "malformed";
  const isOwn = new URL(returnTo).origin === settings.publicUrl;
  return { returnTo, app: isOwn ? null : { codeChallenge, state } };
}

/** As `readWayOn` reads it. */
export const queryOf = ({ returnTo, app }: ReturnTarget): string =>
  Object.entries({ returnTo, codeChallenge: app?.codeChallenge, state: app?.state })
    .filter(([, value]) => typeof value === "string")
    .map(([name, value]) => `${name}=${encodeURIComponent(value as string)}`)
    .join("&");

/** A page's address, with the way on from there, if there is one. */
export const withReturnTarget = (path: string, way: ReturnTarget | null): string =>
  way === null ? path : `${path}?${queryOf(way)}`;
