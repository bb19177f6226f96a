import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { CLIENT } from "../../social/provider-client.ts";
import { CONTROL_PREFIX } from "../protocol.ts";

/**
 * Starts a real OpenID provider on a free port. A user signs in with a subject as login; `PUT /_control/<subject>` sets
 * the user's claims. `claimsInIdToken`: as at Google; by default of the standard they are in userinfo.
 * `givesRefreshTokens`: as at Apple; `GET /_control/revoked` lists the subjects whose token was revoked.
 */
export async function startOpenIdProvider(options: {
  readonly claimsInIdToken: boolean;
  readonly givesRefreshTokens: boolean;
}): Promise<{ readonly url: string; readonly server: Server }> {
  const users = new Map<string, object>();
  const revoked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    if (!url.startsWith(CONTROL_PREFIX)) return handle(request, response);
    if (request.method === "GET") return response.end(JSON.stringify(revoked));
    text(request).then((claims) => {
      users.set(decodeURIComponent(url.slice(CONTROL_PREFIX.length)), JSON.parse(claims));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const provider = new Provider(url, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        token_endpoint_auth_method: "client_secret_post",
        grant_types: ["authorization_code", ...(options.givesRefreshTokens ? ["refresh_token"] : [])],
        redirect_uris: ["google", "oidc"].map((id) => `http://gatehouse.test/api/auth/social/${id}/callback`),
      },
      {
        client_id: "another-app",
        client_secret: CLIENT.secret,
        token_endpoint_auth_method: "client_secret_post",
        redirect_uris: ["http://gatehouse.test/api/auth/social/google/callback"],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "first", use: "sig", alg: "RS256" }] },
    cookies: { keys: ["a key of the tests"] },
    claims: { openid: ["sub"], email: ["email", "email_verified", "hd"], profile: ["name"] },
    conformIdTokenClaims: !options.claimsInIdToken,
    features: { revocation: { enabled: options.givesRefreshTokens } },
    issueRefreshToken: async () => options.givesRefreshTokens,
    pkce: { required: () => true },
    // Explicit, so that the library does not warn about each.
    ttl: Object.fromEntries(
      ["AccessToken", "AuthorizationCode", "Grant", "IdToken", "Interaction", "RefreshToken", "Session"].map(
        (kind) => [kind, 600],
      ),
    ),
    async findAccount(_context: unknown, sub: string) {
      return { accountId: sub, claims: async () => ({ sub, ...users.get(sub) }) };
    },
  });
  provider.on("refresh_token.destroyed", ({ accountId }: { accountId: string }) => revoked.push(accountId));
  const handle = provider.callback();
  return { url, server };
}
