import { env } from "cloudflare:workers";
import type { Client } from "../../src/oauth/clients/client.ts";
import type { TestClient } from "./oauth.ts";
import type { PageResponse } from "./pages.ts";
import type { ApiResponse, Service } from "./service.ts";

/** The S256 challenge of the verifier in RFC 7636 appendix B. */
export const CODE_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

export const ISSUER = "http://gatehouse.test";

/** Its characters expose a missing or double encoding. */
export const STATE = "a+b&c=d%25/?#~\"' é";

type Parameters = Readonly<Record<string, string | undefined>>;

type Requester = Pick<Client, "id" | "redirectUris">;

/** The parameters of an authorization request. An undefined one is left out. */
export function authorizationQuery(client: Requester, parameters: Parameters = {}): URLSearchParams {
  const all: Parameters = {
    client_id: client.id,
    redirect_uri: client.redirectUris[0],
    response_type: "code",
    scope: "openid notes:read",
    state: STATE,
    code_challenge: CODE_CHALLENGE,
    code_challenge_method: "S256",
    ...parameters,
  };
  const present = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(present);
}

export const authorizeUrl = (client: Requester, parameters?: Parameters): string =>
  `/oauth/authorize?${authorizationQuery(client, parameters)}`;

/** The parameters that a redirect to that URI has. Throws when the response redirects elsewhere. */
export function redirectTo({ status, headers }: PageResponse, redirectUri: string): URLSearchParams {
  const location = headers.get("Location") ?? "";
  if (status !== 303 || !location.startsWith(redirectUri)) throw new Error(`${status}: ${location}`);
  return new URL(location).searchParams;
}

/** The URL of a page that leads to a client by itself. */
export function continuedUrl({ status, text }: PageResponse): string {
  const [, url = ""] = /<meta http-equiv="refresh" content="0; url=([^"]*)"/.exec(text) ?? [];
  if (status !== 200 || url === "") throw new Error(`${status}: ${text.slice(0, 2000)}`);
  return url.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"');
}

export type CodeRow = {
  readonly client_id: string;
  readonly account_id: string;
  readonly grant_id: string;
  readonly session_id: string;
  readonly redirect_uri: string;
  readonly code_challenge: string;
  readonly resource: string;
  readonly scope: string;
  readonly nonce: string | null;
  readonly expires_at: number;
};

/** The codes of a client. */
export const codesOf = async ({ id }: Client): Promise<CodeRow[]> =>
  (
    await env.DB.prepare("SELECT * FROM oauth_authorization_codes WHERE client_id = ? ORDER BY rowid")
      .bind(id)
      .all<CodeRow>()
  ).results;

export type GrantRow = {
  readonly id: string;
  readonly account_id: string;
  readonly resource: string;
  readonly scope: string;
  readonly redirect_host: string;
};

/** The consents for a client. */
export const grantsOf = async ({ id }: Client): Promise<GrantRow[]> =>
  (
    await env.DB.prepare("SELECT * FROM oauth_grants WHERE client_id = ? ORDER BY rowid")
      .bind(id)
      .all<GrantRow>()
  ).results;

/** The verifier of `CODE_CHALLENGE`. */
export const CODE_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

export type ClientTokens = {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly scope: string;
};

type PageBrowser = { send(method: string, path: string): Promise<PageResponse> };

/** Redeems a code as that client. */
export function redeemCode(service: Service, client: TestClient, code: string): Promise<ApiResponse> {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    code_verifier: CODE_VERIFIER,
    redirect_uri: client.redirectUris[0] ?? "",
    ...(client.authMethod === "none" ? { client_id: client.id } : {}),
  });
  const headers: Record<string, string> = { "Content-Type": "application/x-www-form-urlencoded" };
  if (client.authMethod !== "none") headers.Authorization = `Basic ${btoa(`${client.id}:${client.secret}`)}`;
  return service.call("POST", "/oauth/token", body.toString(), undefined, headers);
}

/** Signs a user of that browser in to a client that needs no consent page. */
export async function signInToClient(
  service: Service,
  browser: PageBrowser,
  client: TestClient,
  parameters: Parameters = {},
): Promise<ClientTokens> {
  const answer = await browser.send("GET", authorizeUrl(client, parameters));
  const code = redirectTo(answer, client.redirectUris[0] ?? "").get("code") ?? "";
  const redeemed = await redeemCode(service, client, code);
  if (redeemed.status !== 200) throw new Error(`${redeemed.status}: ${redeemed.text}`);
  return JSON.parse(redeemed.text) as ClientTokens;
}

/** Pushes an authorization request, and returns the path that the client then sends the browser to. */
export async function pushRequest(
  service: Service,
  client: TestClient,
  parameters: Parameters = {},
): Promise<string> {
  const body = authorizationQuery(client, parameters).toString();
  const answer = await service.call("POST", "/oauth/par", body, undefined, {
    "Content-Type": "application/x-www-form-urlencoded",
    Authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}`,
  });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${answer.text}`);
  const { request_uri } = JSON.parse(answer.text) as { request_uri: string };
  return `/oauth/authorize?${new URLSearchParams({ client_id: client.id, request_uri })}`;
}
