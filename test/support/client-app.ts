import { decodeJwt } from "jose";
import type { Client } from "../../src/oauth/clients/client.ts";
import { authorizeUrl, redirectTo } from "./authorization-requests.ts";
import {
  authorizedCode,
  type BrowserUser,
  createClient,
  redeem,
  type TestClient,
  tokensOf,
} from "./oauth.ts";
import type { PageResponse } from "./pages.ts";
import { resourceUri } from "./resources.ts";
import type { Service } from "./service.ts";

/** The redirect URI of the client app. */
export const APP = "https://app.example.com/signed-in";

/** The resource of the client app, of RESOURCES in vitest.config.ts. */
export const APP_AUDIENCE = resourceUri("app");

/** A client app of the team, whose users give no consent. */
export const newApp = (service: Pick<Service, "clock">, changes: Partial<Client> = {}): Promise<TestClient> =>
  createClient(service, {
    name: "The app",
    isFirstParty: true,
    redirectUris: [APP],
    resources: [APP_AUDIENCE],
    scopes: ["openid", "offline_access"],
    ...changes,
  });

/** The authorization request of the app, as a path. */
export const authorizePathOf = (app: Pick<Client, "id" | "redirectUris">, parameters = {}): string =>
  authorizeUrl(app, { scope: "openid", ...parameters });

/** A page of the service that leads to that request. */
export const pageFor = (app: Client, page: "/sign-in" | "/sign-up" | "/forgot-password"): string =>
  `${page}?returnTo=${encodeURIComponent(authorizePathOf(app))}`;

/** The authorization code of a redirect to the app. */
export function codeIn(response: PageResponse): string {
  const code = redirectTo(response, APP).get("code");
  if (code === null) throw new Error(`no code: ${response.headers.get("Location")}`);
  return code;
}

/** The account and the session of a token. */
export const holderOf = (token: string): Pick<BrowserUser, "accountId" | "sessionId"> => {
  const { sub, sid } = decodeJwt(token) as { sub: string; sid: string };
  return { accountId: sub, sessionId: sid };
};

/** Opens a session of the app with the session of the token. */
export async function signInToApp(service: Service, app: TestClient, token: string, scope = "openid") {
  const authorization = { user: holderOf(token), client: app, resource: app.resources[0] ?? "", scope };
  return tokensOf(await redeem(service, app, await authorizedCode(service, authorization)));
}

/** The verifier of `CODE_CHALLENGE` (RFC 7636 appendix B). */
export const CODE_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
