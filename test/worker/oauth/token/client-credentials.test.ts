import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import { TOKEN_KINDS } from "../../../../src/sessions/token-kinds.ts";
import {
  createClient,
  errorOf,
  FILES,
  ISSUER,
  jsonOf,
  NOTES,
  RESOURCE_VARIABLES,
  requestTokens,
  tokensOf,
} from "../../../support/oauth.ts";
import { createRpcCaller } from "../../../support/rpc.ts";
import { startService } from "../../../support/service.ts";

const service = startService({ env: RESOURCE_VARIABLES });
const GRANT = { grant_type: "client_credentials" };

describe("the grant client_credentials", () => {
  it("gives a token of the client for itself, without any claim of a user", async () => {
    const client = await createClient(service);
    const answer = await requestTokens(service, client, {
      ...GRANT,
      resource: NOTES,
      scope: "notes:write notes:read",
    });
    expect(jsonOf(answer)).toEqual({
      ...{
        access_token: expect.any(String),
        token_type: "Bearer",
        expires_in: 900,
        scope: "notes:read notes:write",
      },
    });
    const { access_token: token } = tokensOf(answer);
    const now = Math.floor(service.clock.now() / 1000);
    expect(decodeJwt(token)).toEqual({
      ...{ iss: ISSUER, aud: NOTES, sub: client.id, client_id: client.id, scope: "notes:read notes:write" },
      ...{ jti: expect.any(String), iat: now, exp: now + 900 },
    });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: "ES256", typ: "at+jwt" });
    expect(Object.keys(decodeJwt(token)).sort()).toEqual([...TOKEN_KINDS.machineAccess.claims].sort());
  });

  it("has the only resource of the client and all its scopes of it by default", async () => {
    const client = await createClient(service, {
      resources: [NOTES],
      scopes: ["openid", "notes:read", "files:read"],
    });
    const tokens = tokensOf(await requestTokens(service, client, GRANT));
    expect([tokens.scope, decodeJwt(tokens.access_token).aud]).toEqual(["notes:read", NOTES]);
  });

  it.each([
    ["no resource of several", {}, {}, "invalid_target"],
    ["a resource of no client", {}, { resource: "https://other.example.com" }, "invalid_target"],
    ["the service's own API", {}, { resource: `${ISSUER}/api/auth` }, "invalid_target"],
    ["the alias of a resource", {}, { resource: "notes" }, "invalid_target"],
    ["a scope of another resource", {}, { resource: NOTES, scope: "files:read" }, "invalid_scope"],
    ["a scope of OpenID Connect", {}, { resource: NOTES, scope: "openid notes:read" }, "invalid_scope"],
    ["offline access", {}, { resource: NOTES, scope: "offline_access notes:read" }, "invalid_scope"],
    ["openid without a resource", {}, { scope: "openid" }, "invalid_target"],
    [
      "a scope that is not registered",
      { scopes: ["notes:read"] },
      { resource: NOTES, scope: "notes:write" },
      "invalid_scope",
    ],
    [
      "a client of another grant type",
      { grantTypes: ["authorization_code"] },
      { resource: NOTES },
      "unauthorized_client",
    ],
    ["a public client", { authMethod: "none" }, { resource: NOTES }, "unauthorized_client"],
  ] as const)("is refused with %s", async (_name, changes, form, error) => {
    const answer = await requestTokens(service, await createClient(service, changes), { ...GRANT, ...form });
    expect([answer.status, errorOf(answer)]).toEqual([400, error]);
  });

  it("gives a token that neither the API nor the verification of users accepts", async () => {
    const client = await createClient(service);
    const { access_token: token } = tokensOf(
      await requestTokens(service, client, { ...GRANT, resource: FILES }),
    );
    expect((await service.get("/me", token)).status).toBe(401);
    for (const strict of [false, true])
      expect(await createRpcCaller(service).call("verifyToken", token, { audience: FILES, strict })).toEqual({
        ok: false,
        reason: "token_invalid",
      });
  });
});
