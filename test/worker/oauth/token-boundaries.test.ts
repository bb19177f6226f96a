import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import type { GrantType } from "../../../src/oauth/clients/client.ts";
import {
  authorizeClient,
  createClient,
  errorOf,
  FILES,
  ISSUER,
  NOTES,
  RESOURCE_VARIABLES,
  refresh,
  requestTokens,
  type TestClient,
  tokensOf,
  USERINFO,
} from "../../support/oauth.ts";
import { resourceUri } from "../../support/resources.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { signAsService } from "../../support/sign-as-service.ts";
import { REGISTRATIONS } from "./access-matrix/expected-access.ts";

// A third resource, which no client is registered for.
const ALL = [...JSON.parse(RESOURCE_VARIABLES.RESOURCES), { uri: resourceUri("app"), alias: "app" }];
const service = startService({ env: { RESOURCES: JSON.stringify(ALL) } });
const rpc = createRpcCaller(service);

// Every client, every resource and every scope: what a client gets is the intersection, at each grant.
const TARGETS = [
  undefined,
  NOTES,
  FILES,
  "notes",
  "gatehouse",
  "app",
  ISSUER,
  `${ISSUER}/api/auth`,
  USERINFO,
];
const SCOPES = [undefined, "notes:read", "notes:write", "files:read", "openid", "openid notes:read", "admin"];
const OF_RESOURCE: Record<string, readonly string[]> = {
  [NOTES]: ["notes:read", "notes:write"],
  [FILES]: ["files:read"],
};

type Registration = { readonly resources: readonly string[]; readonly scopes: readonly string[] };

/** What the rules of oauth.md say about a machine's request: the audience and the scopes, or the error. */
function expected(
  { resources, scopes }: Registration,
  target: string | undefined,
  scope: string | undefined,
) {
  const resource = target ?? (resources.length === 1 ? resources[0] : undefined);
  if (target !== undefined && !resources.includes(target)) return "invalid_target";
  if (resource === undefined) return "invalid_target";
  const allowed = scopes.filter((each) => OF_RESOURCE[resource]?.includes(each));
  const asked = scope?.split(" ") ?? allowed;
  if (asked.length === 0 || asked.some((each) => !allowed.includes(each))) return "invalid_scope";
  return { aud: resource, scope: asked.toSorted().join(" ") };
}

describe("a client gets tokens for its own resources and scopes, and nothing else", () => {
  for (const [name, registration] of Object.entries(REGISTRATIONS))
    it(`as a machine: ${name}`, async () => {
      const client = await createClient(service, registration);
      for (const target of TARGETS)
        for (const scope of SCOPES) {
          const form = {
            ...(target === undefined ? {} : { resource: target }),
            ...(scope === undefined ? {} : { scope }),
          };
          const answer = await requestTokens(service, client, { grant_type: "client_credentials", ...form });
          const outcome =
            answer.status === 200
              ? { aud: decodeJwt(tokensOf(answer).access_token).aud, scope: tokensOf(answer).scope }
              : errorOf(answer);
          expect([target, scope, outcome]).toEqual([target, scope, expected(registration, target, scope)]);
        }
    });

  it.each<[GrantType, Record<string, string>]>([
    ["authorization_code", { code: "x".repeat(43), code_verifier: "x".repeat(43) }],
    ["refresh_token", { refresh_token: "nothing" }],
    ["client_credentials", { resource: NOTES }],
  ])("only with the grant types that it is registered for: %s", async (grantType, form) => {
    const all: GrantType[] = ["authorization_code", "refresh_token", "client_credentials"];
    const client = await createClient(service, { grantTypes: all.filter((each) => each !== grantType) });
    const answer = await requestTokens(service, client, { grant_type: grantType, ...form });
    expect([answer.status, errorOf(answer)]).toEqual([400, "unauthorized_client"]);
  });
});

describe("the API of the service refuses every token of a client", () => {
  let client: TestClient;
  let tokens: Awaited<ReturnType<typeof authorizeClient>>;
  let presented: Record<string, string>;
  beforeAll(async () => {
    client = await createClient(service);
    tokens = await authorizeClient(service, client);
    const machine = { grant_type: "client_credentials", resource: NOTES };
    presented = {
      "access token": tokens.access_token,
      "access token without a resource": (
        await authorizeClient(service, client, { resource: "", scope: "openid" })
      ).access_token,
      "machine token": tokensOf(await requestTokens(service, client, machine)).access_token,
      "ID token": tokens.id_token,
      "refresh token": tokens.refresh_token,
      // Signed by the service's own key: the audience alone must not open the API.
      "access token for the API": await signAsService(tokens.access_token, { aud: "gatehouse" }),
      "access token for the API, of the own client": await signAsService(tokens.access_token, {
        ...{ aud: "gatehouse", client_id: "gatehouse" },
      }),
      "machine token for the API": await signAsService(tokens.access_token, {
        ...{ aud: "gatehouse", sub: client.id, sid: undefined },
      }),
    };
  });

  it.each([
    ["GET", "/me"],
    ["PATCH", "/me"],
    ["POST", "/me/password"],
    ["POST", "/me/reauthenticate"],
    ["GET", "/sessions"],
    ["POST", "/logout"],
    ["POST", "/logout-all"],
    ["GET", "/users"],
  ])("%s %s", async (method, path) => {
    for (const [name, token] of Object.entries(presented)) {
      const body = method === "GET" ? undefined : {};
      const answer = await service.call(method, `/api/auth${path}`, body, token);
      expect([name, answer.status]).toEqual([name, 401]);
      const byCookie = await service.call(method, `/api/auth${path}`, body, undefined, {
        Cookie: `__Host-gh_access=${token}`,
      });
      // Sign-out checks the CSRF token first.
      expect([name, path === "/logout" ? 403 : 401]).toEqual([name, byCookie.status]);
    }
  });

  it("POST /refresh", async () => {
    for (const [name, token] of Object.entries(presented)) {
      expect([name, (await service.post("/refresh", { refreshToken: token })).status]).toEqual([name, 401]);
    }
    expect((await service.get("/me", tokens.user.token)).status).toBe(200);
    expect((await refresh(service, client, tokens.refresh_token)).status).toBe(200);
  });

  it("accepts them for their resource, with the granted claims", async () => {
    const session = {
      clientId: client.id,
      audience: NOTES,
      scope: ["email", "notes:read", "openid", "profile"],
    };
    for (const strict of [false, true]) {
      expect(await rpc.call("verifyToken", tokens.access_token, { audience: NOTES, strict })).toMatchObject({
        ok: true,
        session: { ...session, email: tokens.user.email, name: "Ada", acr: "urn:gatehouse:acr:1fa" },
      });
      const bare = await authorizeClient(service, client, { scope: "notes:read" });
      expect(await rpc.call("verifyToken", bare.access_token, { audience: NOTES, strict })).toMatchObject({
        session: { scope: ["notes:read"], email: null, emailVerified: false, name: null, role: "user" },
      });
    }
    for (const audience of [FILES, "app", "gatehouse"])
      expect(await rpc.call("verifyToken", tokens.access_token, { audience })).toMatchObject({ ok: false });
  });
});
