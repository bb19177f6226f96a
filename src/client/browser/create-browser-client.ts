import { exchangeCode } from "../oauth/exchange-code.ts";
import { type OAuthClient, requireClient } from "../oauth/oauth-client.ts";
import { authorizationUrl, newSignInAttempt, type SignInOptions } from "../oauth/sign-in-attempt.ts";
import { logoutUrl, revokeToken } from "../oauth/sign-out.ts";
import { type BrowserEnvironment, pageEnvironment } from "./environment.ts";
import { type PageStorage, pageStorage } from "./page-storage.ts";
import { resourceFetch } from "./resource-fetch.ts";
import { openTokenHolder, type TokenHolder } from "./token-holder.ts";
import { browserTokens, type UserClaims } from "./tokens.ts";

export type BrowserClientOptions = Omit<OAuthClient, "clientSecret" | "fetch"> & {
  /** A registered redirect URI of this app, at which its page calls `start()`. By default the root of the origin. */
  readonly redirectUri?: string;
  /** A registered post-logout redirect URI. By default the redirect URI. */
  readonly afterSignOut?: string;
  /**
   * Whether `start()` signs a returning user in without a click, by a redirect that asks no question (`prompt=none`).
   * `true` by default.
   */
  readonly restore?: boolean;
};

/** The state of the page after `start()`. */
export type StartResult =
  | { readonly status: "signed-in"; readonly user: UserClaims | null }
  | { readonly status: "signed-out" }
  /** The browser leaves this page. Render nothing. */
  | { readonly status: "redirecting" }
  /** The sign-in failed: `access_denied` if the user refused. Offer to sign in again. */
  | { readonly status: "failed"; readonly error: string };

export type BrowserClient = {
  /** Completes a sign-in, or finds the session of the browser. Call it once when the page loads. */
  start(): Promise<StartResult>;
  /** Leaves the page to sign in. Afterwards the browser opens `to`, by default the current page. */
  signIn(options?: SignInOptions & { readonly to?: string }): Promise<void>;
  /** Ends the session here and leaves the page to end it at Gatehouse. */
  signOut(): Promise<void>;
  /** The claims of the signed-in user's ID token, or null. */
  user(): UserClaims | null;
  /** A valid access token, or null without a session. Rejects while Gatehouse does not answer. */
  accessToken(): Promise<string | null>;
  /** `fetch` with the access token, for URLs of the resource only. Rejects for others. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /** Calls the listener when the user signs in or out, also in another tab. Returns a function that stops it. */
  onChange(listener: () => void): () => void;
  /** Stops listening to other tabs. */
  close(): void;
};

type Parts = {
  readonly client: OAuthClient;
  readonly environment: BrowserEnvironment;
  readonly holder: TokenHolder;
  readonly storage: PageStorage;
  readonly redirectUri: string;
};

/**
 * Signs users of a single-page app in (OAuth 2.0 for Browser-Based Apps: code flow with PKCE, rotated refresh tokens).
 * Tokens are in the memory of the app's tabs, and never in storage.
 */
export function createBrowserClient(
  options: BrowserClientOptions,
  environment: BrowserEnvironment = pageEnvironment(),
): BrowserClient {
  const fetch = (url: string, init?: RequestInit) => environment.fetch(url, init);
  const client: OAuthClient = { ...options, fetch };
  requireClient(client);
  const name = `gatehouse:${options.issuer}:${options.clientId}`;
  const holder = openTokenHolder(client, environment, name);
  const { redirectUri = new URL("/", environment.location.href).href, restore = true } = options;
  const parts = { client, environment, holder, storage: pageStorage(environment, name), redirectUri };
  let started: Promise<StartResult> | null = null;
  return {
    // A framework may render twice: an authorization code can be exchanged once.
    start: () => (started ??= start(parts, restore)),
    signIn: (signInOptions = {}) => redirectToSignIn(parts, signInOptions),
    signOut: () => signOut(parts, options.afterSignOut ?? redirectUri),
    user: () => holder.current()?.user ?? null,
    accessToken: () => holder.accessToken(),
    fetch: resourceFetch(holder, environment, options.resource),
    onChange: holder.subscribe,
    close: holder.close,
  };
}

async function start(parts: Parts, restore: boolean): Promise<StartResult> {
  const { environment, holder, storage } = parts;
  const url = new URL(environment.location.href);
  const { searchParams } = url;
  if (searchParams.has("state") && (searchParams.has("code") || searchParams.has("error"))) {
    return completeSignIn(parts, url);
  }
  await holder.adopt();
  const tokens = holder.current();
  if (tokens) return { status: "signed-in", user: tokens.user };
  if (!restore || !storage.wasSignedIn()) return { status: "signed-out" };
  // Set again by the sign-in that succeeds, so that a page never redirects in a loop.
  storage.unmark();
  await redirectToSignIn(parts, { prompt: "none" });
  return { status: "redirecting" };
}

async function completeSignIn(parts: Parts, url: URL): Promise<StartResult> {
  const { client, environment, holder, storage, redirectUri } = parts;
  const attempt = storage.take(url.searchParams.get("state") ?? "");
  // Removes the code from the address, so that neither a reload nor a bookmark sends it again.
  environment.history.replaceState(null, "", attempt?.to ?? redirectUri);
  if (!attempt) return { status: "failed", error: "invalid_state" };
  const result = await exchangeCode(client, { url, redirectUri, attempt, maxAge: attempt.maxAge });
  if (result.ok) {
    const tokens = browserTokens(result, null);
    storage.mark();
    holder.replace(tokens);
    return { status: "signed-in", user: tokens.user };
  }
  // OpenID Connect Core §3.1.2.6: without a session, a silent request ends with an error such as login_required.
  if (attempt.isSilent && result.reason === "refused") return { status: "signed-out" };
  return { status: "failed", error: "error" in result ? result.error : result.reason };
}

async function redirectToSignIn(
  { client, environment, storage, redirectUri }: Parts,
  { to, ...options }: SignInOptions & { readonly to?: string },
): Promise<void> {
  const attempt = newSignInAttempt();
  const url = await authorizationUrl(client, redirectUri, attempt, options);
  const target = new URL(to ?? environment.location.href, environment.location.href);
  storage.begin({
    ...attempt,
    to: target.pathname + target.search + target.hash,
    maxAge: options.maxAge,
    isSilent: options.prompt === "none",
  });
  environment.location.assign(url.href);
}

async function signOut({ client, environment, holder, storage }: Parts, returnTo: string): Promise<void> {
  const { refreshToken, idToken } = holder.current() ?? {};
  storage.unmark();
  holder.end();
  if (refreshToken !== undefined) await revokeToken(client, refreshToken);
  const url = await logoutUrl(client, { idToken, returnTo });
  environment.location.assign(url?.href ?? returnTo);
}
