import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { CLIENT_ENDPOINTS } from "../../../src/oauth/endpoints.ts";
import { createFaultyD1 } from "../../support/d1.ts";
import {
  createClient,
  credentialsOf,
  FILES,
  jsonOf,
  NOTES,
  postForm,
  RESOURCE_VARIABLES,
} from "../../support/oauth.ts";
import { startService } from "../../support/service.ts";

const service = startService({ env: RESOURCE_VARIABLES });
const OPENID = "/.well-known/openid-configuration";
const OAUTH = "/.well-known/oauth-authorization-server";
const ORIGIN = "https://spa.example.com";

describe("the discovery documents", () => {
  it("are the same metadata, cached, without a read of D1", async () => {
    const [openid, oauth] = [await service.call("GET", OPENID), await service.call("GET", OAUTH)];
    expect(openid.text).toBe(oauth.text);
    for (const { status, headers } of [openid, oauth])
      expect([status, headers.get("Content-Type"), headers.get("Cache-Control")]).toEqual([
        200,
        "application/json",
        "public, max-age=600",
      ]);
    expect(service.log.slice(-2).map(({ d1, kv }) => [d1, kv])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("have what OpenID Connect Discovery §3 and RFC 8414 §2 require", async () => {
    const metadata = jsonOf(await service.call("GET", OPENID));
    expect(metadata).toMatchObject({
      issuer: "http://gatehouse.test",
      authorization_endpoint: "http://gatehouse.test/oauth/authorize",
      token_endpoint: "http://gatehouse.test/oauth/token",
      userinfo_endpoint: "http://gatehouse.test/oauth/userinfo",
      jwks_uri: "http://gatehouse.test/.well-known/jwks.json",
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
      subject_types_supported: ["public"],
      authorization_response_iss_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      acr_values_supported: ["urn:gatehouse:acr:1fa", "urn:gatehouse:acr:2fa", "phr"],
      id_token_signing_alg_values_supported: ["RS256", "ES256"],
      protected_resources: [NOTES, FILES],
    });
    expect(metadata.grant_types_supported).toEqual(
      expect.arrayContaining(["authorization_code", "refresh_token", "client_credentials"]),
    );
    expect(metadata.scopes_supported).toEqual([
      ...["openid", "profile", "email", "phone", "offline_access"],
      ...["notes:read", "notes:write", "files:read"],
    ]);
    expect(metadata).not.toHaveProperty("registration_endpoint");
  });

  it("name algorithms that the key set has", async () => {
    const { keys } = JSON.parse((await service.call("GET", "/.well-known/jwks.json")).text);
    expect(keys.map(({ alg }: { alg: string }) => alg).sort()).toEqual(["ES256", "RS256"]);
  });
});

describe("CORS", () => {
  it.each([OPENID, OAUTH, "/.well-known/jwks.json", "/oauth/userinfo"])(
    "lets every origin read %s",
    async (path) => {
      for (const origin of [ORIGIN, "null"]) {
        const { headers } = await service.call("GET", path, undefined, undefined, { Origin: origin });
        expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
        expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
      }
    },
  );

  it.each(CLIENT_ENDPOINTS)("answers a preflight of %s", async (path) => {
    const headers = {
      Origin: ORIGIN,
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "authorization,content-type",
    };
    const answer = await service.call("OPTIONS", path, undefined, undefined, headers);
    expect([answer.status, answer.headers.get("Access-Control-Allow-Origin")]).toEqual([204, "*"]);
    expect(answer.headers.get("Access-Control-Allow-Credentials")).toBeNull();
    expect(answer.headers.get("Access-Control-Allow-Methods")).toContain("POST");
    expect(answer.headers.get("Access-Control-Allow-Headers")?.toLowerCase()).toContain("authorization");
  });

  it("lets every origin read an error of the token endpoint, and sets no cookie", async () => {
    const { status, headers } = await postForm(service, "/oauth/token", {}, { Origin: ORIGIN });
    expect([status, headers.get("Access-Control-Allow-Origin"), headers.get("Set-Cookie")]).toEqual([
      401,
      "*",
      null,
    ]);
  });
});

describe("a failure that no OAuth rule decides", () => {
  it("is in the format of RFC 6749 §5.2 when D1 is unavailable", async () => {
    const client = await createClient(service);
    const faulty = createFaultyD1(env.DB);
    const broken = startService({ env: { ...RESOURCE_VARIABLES, DB: faulty.db } });
    faulty.failAllCalls();
    for (const path of ["/oauth/token", "/oauth/introspect", "/oauth/revoke"]) {
      const form = { ...credentialsOf(client), grant_type: "client_credentials", token: "nothing" };
      const answer = await postForm(broken, path, form, { Accept: "text/html" });
      expect([path, answer.status, jsonOf(answer)]).toEqual([
        path,
        503,
        { error: "temporarily_unavailable", error_description: expect.any(String) },
      ]);
      expect([answer.headers.get("Retry-After"), answer.headers.get("Cache-Control")]).toEqual([
        "5",
        "no-store",
      ]);
    }
  });

  it("is in that format for a rate limit, and in that of the API for another method", async () => {
    const method = await service.call("GET", "/oauth/token");
    expect([method.status, method.headers.get("Allow"), method.body.error?.code]).toEqual([
      405,
      "POST",
      "method_not_allowed",
    ]);
    const limited = startService({
      env: { ...RESOURCE_VARIABLES, RATE_LIMITS: JSON.stringify({ "oauth-token": { limit: 1 } }) },
    });
    await postForm(limited, "/oauth/token", {});
    const answer = await postForm(limited, "/oauth/token", {});
    expect([answer.status, jsonOf(answer).error]).toEqual([429, "temporarily_unavailable"]);
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
  });
});
