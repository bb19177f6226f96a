import { inject } from "vitest";
import type { Browser } from "../browser.ts";
import { CONTROL_PREFIX } from "../loopback/protocol.ts";
import type { Answer } from "../service.ts";
import { CLIENT } from "./client.ts";
import type { SocialPerson } from "./person.ts";

export type OpenIdId = "google" | "oidc";

/** Goes through a provider's pages, from its authorization endpoint to the callback: its path and query. */
export async function consent(authorizeUrl: string, person: SocialPerson): Promise<string> {
  await introduce(new URL(authorizeUrl).origin, person);
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
      form = { prompt, ...(prompt === "login" ? { login: String(person.id), password: "any" } : {}) };
    }
  }
  throw new Error("the provider goes in circles");
}

/** Tells an OpenID provider who that is; the others have it from elsewhere, and do not listen. */
async function introduce(origin: string, { id, name, email, verified, hd }: SocialPerson): Promise<void> {
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

/** What a page may look like that a browser opens by a click. */
const NAVIGATION = { Origin: null, Accept: "text/html,application/xhtml+xml" };

export const start = (browser: Browser, provider: string, query = "", headers = {}): Promise<Answer> =>
  browser.send("GET", `/social/${provider}/start${query}`, undefined, { ...NAVIGATION, ...headers });

/** What a browser says of a link on a page of this service. */
export const FROM_OWN_PAGE = { "Sec-Fetch-Site": "same-origin" };

/** Off to the provider, and back as far as the callback, which is not asked yet. */
export async function startRedirect(
  browser: Browser,
  provider: string,
  person: SocialPerson,
  query = "",
  headers = {},
) {
  const answer = await start(browser, provider, query, headers);
  const location = answer.headers.get("Location");
  if (answer.status !== 302 || !location) throw new Error(`start answered ${answer.status}: ${answer.text}`);
  return (await consent(location, person)).replace("/api/auth", "");
}

/** The callback as a browser asks it; `Accept` says whether somebody looks. */
export const returnFromProvider = (
  browser: Browser,
  path: string,
  headers: Record<string, string | null> = { Accept: null },
) => browser.send("GET", path, undefined, { ...NAVIGATION, ...headers });

/** All the way. */
export const signInWithBrowser = async (
  browser: Browser,
  provider: string,
  person: SocialPerson,
  query = "",
  headers = {},
) => returnFromProvider(browser, await startRedirect(browser, provider, person, query, headers));

let verifiers = 0;

/** An ID token that a real provider gave to that client, as an app has it. */
export async function idTokenOf(
  id: OpenIdId,
  person: SocialPerson,
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
  }).toString();
  const back = new URL(await consent(url.href, person), "http://gatehouse.test");
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: back.searchParams.get("code") ?? "",
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
