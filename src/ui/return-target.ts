import { codeChallengeField } from "../oauth/fields.ts";
import { judgeReturnUrl } from "../oauth/return-url.ts";

/** Where the browser goes after sign-in. */
export type ReturnTarget = {
  /** An absolute URL, so that it cannot be interpreted differently. */
  readonly returnTo: string;
  /** The PKCE challenge and the `state` of an app on another origin, which receives an authorization code. */
  readonly app: { readonly codeChallenge: string; readonly state: string | null } | null;
};

export type Settings = { readonly publicUrl: string; readonly allowedReturnUrls: readonly string[] };

/** Visible ASCII. The value is returned to the app unchanged (RFC 6749 §4.1.1). */
const STATE = /^[\x21-\x7e]{1,512}$/;

/**
 * Reads the return target of a query string. Null stands for the account page. `malformed` is an error: the app
 * would wait for a code that is never sent.
 */
export function readReturnTarget(
  query: URLSearchParams,
  settings: Settings,
): ReturnTarget | null | "malformed" {
  const requested = query.get("returnTo");
  const codeChallenge = query.get("codeChallenge");
  const state = query.get("state");
  const returnTo = requested === null ? null : judgeReturnUrl(requested, settings);
  if (state !== null && !STATE.test(state)) return "malformed";
  if (codeChallenge === null) return returnTo === null ? null : { returnTo, app: null };
  if (returnTo === null || !codeChallengeField.safeParse(codeChallenge).success) return "malformed";
  const isOwn = new URL(returnTo).origin === settings.publicUrl;
  return { returnTo, app: isOwn ? null : { codeChallenge, state } };
}

/** The query string that `readReturnTarget` reads. */
export const returnTargetQuery = ({ returnTo, app }: ReturnTarget): string =>
  Object.entries({ returnTo, codeChallenge: app?.codeChallenge, state: app?.state })
    .filter(([, value]) => typeof value === "string")
    .map(([name, value]) => `${name}=${encodeURIComponent(value as string)}`)
    .join("&");

/** The path with the return target in its query string, if there is one. */
export const withReturnTarget = (path: string, returnTarget: ReturnTarget | null): string =>
  returnTarget === null ? path : `${path}?${returnTargetQuery(returnTarget)}`;
