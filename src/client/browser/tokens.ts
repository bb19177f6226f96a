import { clock } from "../clock.ts";
import type { TokenSet } from "../oauth/token-set.ts";

/** The claims of the ID token: `sub`, `name`, `email`, … by the scopes of the client. */
export type UserClaims = { readonly sub: string; readonly [claim: string]: unknown };

/** The tokens of this browser. They are in the memory of its tabs only. */
export type BrowserTokens = {
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly refreshToken?: string;
  readonly idToken?: string;
  readonly user: UserClaims | null;
};

/** Milliseconds that a token must still be valid, so that it does not expire on its way. */
const MARGIN_MS = 20_000;

export const isFresh = (tokens: BrowserTokens): boolean => tokens.expiresAt - MARGIN_MS > clock.now();

/** A refresh may return no ID token (OpenID Connect Core §12.2); the claims of the last one then remain. */
export const browserTokens = (
  { accessToken, expiresIn, refreshToken, idToken, claims }: TokenSet,
  before: BrowserTokens | null,
): BrowserTokens => ({
  accessToken,
  expiresAt: clock.now() + expiresIn * 1000,
  refreshToken,
  idToken: idToken ?? before?.idToken,
  user: claims ?? before?.user ?? null,
});

/** Checks a message of another tab, which may run another version of the app. */
export function isBrowserTokens(given: unknown): given is BrowserTokens {
  const tokens = given as BrowserTokens | null | undefined;
  return typeof tokens?.accessToken === "string" && Number.isFinite(tokens.expiresAt);
}
