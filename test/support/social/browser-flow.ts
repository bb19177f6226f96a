import { inject } from "vitest";
import type { Browser } from "../browser.ts";
import { CONTROL_PREFIX } from "../loopback/protocol.ts";
import type { ApiResponse } from "../service.ts";
import { CLIENT } from "./provider-client.ts";
import type { ProviderUser } from "./provider-user.ts";

export type OpenIdId = "google" | "oidc";

/** Goes through a provider's pages, from its authorization endpoint on. Returns path and query of the callback. */
export async function consent(authorizeUrl: string, user: ProviderUser): Promise<string> {
  await setClaims(new URL(authorizeUrl).origin, user);
  const jar = new Map<string, string>();
  let url = authorizeUrl;
  let form: Record<string, string> | null = null;
  for (let hop = 0; hop < 15; hop += 1) {
    const response = await fetch(url, {
      method: form ? "POST" : "GET",
      redirect: "manual",
      headers: { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      body: form ? new URLSearchParams(form) : undefined,
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    const html = await response.text();
    const location = response.headers.get("Location");
    form = null;
    if (location !== null) {
      url = new URL(location, url).href;
      if (url.startsWith("http://gatehouse.test/")) return url.replace("http://gatehouse.test", "");
    } else {
      const [, prompt] = /name="prompt" value="(\w+)"/.exec(html) ?? [];
      if (!prompt) throw new Error(`no form at ${url}: ${response.status} ${html.slice(0, 500)}`);
      form = { prompt, ...(prompt === "login" ? { login: String(user.id), password: "any" } : {}) };
    }
  }
  throw new Error("the provider redirects without end");
}

/** Sets a user's claims at an OpenID provider. GitHub and Facebook ignore it; `openProviders` sets theirs. */
async function setClaims(origin: string, { id, name, email, verified, hd }: ProviderUser): Promise<void> {
  const domain = hd === undefined ? email.slice(email.lastIndexOf("@") + 1) : hd;
  const claims = {
    email,
    email_verified: verified,
    ...(name === null ? {} : { name }),
    ...(domain === null ? {} : { hd: domain }),
  };
  const path = CONTROL_PREFIX + encodeURIComponent(String(id));
  const response = await fetch(origin + path, { method: "PUT", body: JSON.stringify(claims) });
  await response.body?.cancel();
}

/** The headers of a browser's top-level navigation. */
const NAVIGATION = { Origin: null, Accept: "text/html,application/xhtml+xml" };

export const start = (browser: Browser, provider: string, query = "", headers = {}): Promise<ApiResponse> =>
  browser.send("GET", `/social/${provider}/start${query}`, undefined, { ...NAVIGATION, ...headers });

/** The header of a navigation from a page of this service. */
export const FROM_OWN_PAGE = { "Sec-Fetch-Site": "same-origin" };

/** Starts a sign-in and goes through the provider's pages. Returns the callback without requesting it. */
export async function startRedirect(
  browser: Browser,
  provider: string,
  user: ProviderUser,
  query = "",
  headers = {},
) {
  const answer = await start(browser, provider, query, headers);
  const location = answer.headers.get("Location");
  if (answer.status !== 302 || !location) throw new Error(`start answered ${answer.status}: ${answer.text}`);
  return (await consent(location, user)).replace("/api/auth", "");
}

/** Requests the callback as a browser does; `Accept` selects page or JSON. */
export const returnFromProvider = (
  browser: Browser,
  path: string,
  headers: Record<string, string | null> = { Accept: null },
) => browser.send("GET", path, undefined, { ...NAVIGATION, ...headers });

/** Signs in by redirect, from the start to the response of the callback. */
export const signInWithBrowser = async (
  browser: Browser,
  provider: string,
  user: ProviderUser,
  query = "",
  headers = {},
) => returnFromProvider(browser, await startRedirect(browser, provider, user, query, headers));

let verifiers = 0;

/** An ID token that a real OpenID provider issued to that client. */
export async function idTokenOf(
  id: OpenIdId,
  user: ProviderUser,
  clientId: string = CLIENT.id,
): Promise<string> {
  const issuer = inject(id === "google" ? "googleUrl" : "oidcUrl");
  const redirect_uri = "http://gatehouse.test/api/auth/social/google/callback";
  const code_verifier = `a-verifier-of-forty-three-characters-or-more-${++verifiers}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code_verifier));
  const code_challenge = btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  const url = new URL(`${issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri,
    response_type: "code",
    scope: "openid email profile",
    code_challenge,
    code_challenge_method: "S256",
    // Two tokens of one second would be identical, and each is accepted once.
    nonce: crypto.randomUUID(),
  }).toString();
  const callback = new URL(await consent(url.href, user), "http://gatehouse.test");
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: callback.searchParams.get("code") ?? "",
      client_id: clientId,
      client_secret: CLIENT.secret,
      redirect_uri,
      code_verifier,
    }),
  });
  const tokens = (await response.json()) as { id_token?: string };
  if (!tokens.id_token) throw new Error(`no ID token: ${JSON.stringify(tokens)}`);
  return tokens.id_token;
}
