import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { exportJWK, exportPKCS8, generateKeyPair, SignJWT } from "jose";
import { createSocialServer } from "../../support/loopback/node/social/server.ts";
import { CLIENT } from "../../support/social/provider-client.ts";

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Facebook, whose user the browser is. Its redirect ends in `#_=_`. */
export async function startFacebook(user: { readonly email: string; readonly verified: boolean }) {
  const server = createSocialServer();
  const origin = await listen(server);
  const body = JSON.stringify({ user: { id: 7, name: "Ada", ...user } });
  await fetch(`${origin}/_control/browser`, { method: "PUT", body });
  const variables = {
    SOCIAL_FACEBOOK_CLIENT_ID: CLIENT.id,
    SOCIAL_FACEBOOK_CLIENT_SECRET: CLIENT.secret,
    SOCIAL_FACEBOOK_ISSUER: `${origin}/browser`,
  };
  return { origin, variables, stop: () => void server.close() };
}

/** Apple: a page on another site, with forms that post an authorization response to the callback. */
export async function startApple(email: string) {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { ...(await exportJWK(publicKey)), kid: "own", alg: "ES256", use: "sig" };
  let origin = "";
  const issue = async (nonce: string) => {
    const idToken = await new SignJWT({ email, email_verified: "true", nonce })
      .setProtectedHeader({ alg: "ES256", kid: "own" })
      .setIssuer(origin)
      .setAudience(CLIENT.id)
      .setSubject("a-subject")
      .setIssuedAt()
      .setExpirationTime("5 minutes")
      .sign(privateKey);
    return { access_token: "a-token", token_type: "Bearer", expires_in: 300, id_token: idToken };
  };
  const respond = async (request: IncomingMessage): Promise<object | string> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", origin);
    if (pathname === "/auth") return pageOf(searchParams);
    if (pathname === "/keys") return { keys: [key] };
    // The code is the nonce of its request.
    if (pathname === "/token") return issue(new URLSearchParams(await text(request)).get("code") ?? "");
    return {
      issuer: origin,
      authorization_endpoint: `${origin}/auth`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/keys`,
      id_token_signing_alg_values_supported: ["ES256"],
      token_endpoint_auth_methods_supported: ["client_secret_post"],
    };
  };
  const server = createServer(async (request, response) => {
    const body = await respond(request);
    const type = typeof body === "string" ? "text/html" : "application/json";
    response.setHeader("Content-Type", type);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  origin = await listen(server);
  const variables = {
    SOCIAL_APPLE_CLIENT_ID: CLIENT.id,
    SOCIAL_APPLE_ISSUER: origin,
    SOCIAL_APPLE_TEAM_ID: "TEAM123456",
    SOCIAL_APPLE_KEY_ID: "KEY1234567",
    SOCIAL_APPLE_PRIVATE_KEY: await exportPKCS8(privateKey),
  };
  return { origin, variables, stop: () => void server.close() };
}

const USER = JSON.stringify({ name: { firstName: "Ada", lastName: "Lovelace" } });

/** Two forms: the user continues or cancels. */
function pageOf(parameters: URLSearchParams): string {
  const state = parameters.get("state") ?? "";
  const form = (label: string, fields: Readonly<Record<string, string>>) =>
    `<form method="post" action="${parameters.get("redirect_uri")}">${Object.entries({ ...fields, state })
      .map(
        ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('"', "&quot;")}">`,
      )
      .join("")}<button>${label}</button></form>`;
  const forms = [
    form("Agree", { code: parameters.get("nonce") ?? "", user: USER }),
    form("Not now", { error: "user_cancelled_authorize" }),
  ];
  return `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Apple</title><h1>Apple</h1>${forms.join("")}</html>`;
}
