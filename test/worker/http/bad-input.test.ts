import { beforeAll, describe, expect, it } from "vitest";
import { CLIENT_ENDPOINTS, DISCOVERY_PATHS } from "../../../src/oauth/endpoints.ts";
import { KEY_SET_PATH } from "../../../src/sessions/signing-keys/routes.ts";
import { expectErrorResponse, expectSecurityHeaders } from "../../support/assertions.ts";
import { badBodies, badValues, disallowedKeys, longStream } from "../../support/invalid-bodies.ts";
import { type BodyRoute, bodyRoutes, fetchRaw, methodsByPath } from "../../support/routes.ts";
import { type ApiResponse, startService } from "../../support/service.ts";
import { newAddress, PASSWORD, registerAndLogIn, signedInAs } from "../../support/users.ts";

const service = startService();
const routes = bodyRoutes(service);

/** The fields of an OAuth client by the bad values that are valid for them. */
const OF_CLIENTS: Readonly<Record<string, readonly string[]>> = {
  true: ["isFirstParty", "requiresPushedRequests", "rotatesRefreshTokens"],
  null: [
    ...["logoUri", "clientUri", "jwks", "jwksUri", "backchannelLogoutUri"],
    ...["accessTokenTtl", "refreshIdleTtl", "refreshMaxTtl", "refreshGraceSeconds"],
  ],
  "a list": ["redirectUris", "postLogoutRedirectUris", "resources", "scopes"],
  "an empty list": ["redirectUris", "postLogoutRedirectUris", "grantTypes", "resources", "scopes"],
};

/** Valid values: PATCH /me clears fields with null, `enabled` is a boolean, and an API key has scopes and may not expire. */
const VALID = [
  ...["PATCH lastName null", "PATCH username null", "PATCH age null", "POST enabled true"],
  ...["POST scopes a list", "POST scopes an empty list", "POST expiresInDays null"],
  // Metadata is any JSON object, which null clears.
  ...["PATCH publicMetadata an object", "PATCH privateMetadata an object"],
  ...["PATCH publicMetadata null", "PATCH privateMetadata null"],
  ...["POST rememberMe true", "POST rememberDevice true", "PATCH isSecondFactor true"],
  ...["PATCH label null", "POST /api/auth/me/factors/totp/verify label null", "POST fields an object"],
  // The problems of these have the paths of their members.
  ...["POST assertion an object", "POST attestation an object"],
];

/** Routes that need no field. */
const NEED_NO_FIELD = [
  "/api/auth/login/otp/options",
  "/api/auth/login/passkey/options",
  "/api/auth/me/reauthenticate/code",
];

let token = "";
beforeAll(async () => {
  // The role that every route accepts.
  ({ token } = await signedInAs(service, "superuser"));
});

const JSON_TYPE = { "Content-Type": "application/json" };

function send(
  { method, path, needsSession }: BodyRoute,
  body: BodyInit | null,
  headers: HeadersInit = JSON_TYPE,
) {
  const all = new Headers(headers);
  if (needsSession) all.set("Authorization", `Bearer ${token}`);
  return service.send(new Request(`http://gatehouse.test${path}`, { method, headers: all, body }));
}

/** The names of the fields. A problem of an item of a list has the path `field./0`. */
const pathsOf = (answer: ApiResponse) =>
  answer.body.error?.fields?.map(({ path }) => path.replace(/\.\/\d+$/, "")) ?? [];
describe("bodyRoutes", () => {
  it("finds the routes with a body in the router", () => {
    const names = routes.map(({ method, path }) => `${method} ${path.replace("/api/auth", "")}`);
    const known = ["POST /register", "POST /login", "POST /refresh", "POST /reset-password", "PATCH /me"];
    expect(names).toEqual(expect.arrayContaining(known));
    expect(new Set(names).size).toBe(names.length);
    expect(routes.filter(({ fields }) => fields.length === 0)).toEqual([]);
    expect(routes.some(({ needsSession }) => needsSession)).toBe(true);
  });
});

describe("an empty body", () => {
  const optional = routes.filter(({ bodyIsOptional }) => bodyIsOptional);

  it("is allowed on each route that needs no field", () => {
    const paths = optional.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["/api/auth/refresh", ...NEED_NO_FIELD]));
  });

  it.each(optional)(
    "is answered at $method $path like an empty object, with and without a type",
    async (route) => {
      const expected = await send(route, "{}");
      expect(expected.body.error?.code).not.toBe("malformed_json");
      for (const [body, headers] of [
        ["", JSON_TYPE],
        [null, JSON_TYPE],
        [null, {}],
      ] as const) {
        const answer = await send(route, body, headers);
        expect([answer.status, answer.body.error?.code]).toEqual([
          expected.status,
          expected.body.error?.code,
        ]);
      }
    },
  );

  it.each(optional)("is refused at $method $path with the type of a form of another site", async (route) => {
    for (const type of [
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "text/plain",
    ]) {
      const answer = await send(route, "", { "Content-Type": type });
      expectErrorResponse(answer, 415, "unsupported_media_type");
    }
  });
});

describe.each(routes)("$method $path with a bad body", (route) => {
  const isBad = ({ what }: { readonly what: string }) => {
    if (route.bodyIsOptional && ["an empty body", "no body at all"].includes(what)) return false;
    return what !== "an empty object" || !NEED_NO_FIELD.includes(route.path);
  };
  it.each(badBodies.filter(isBad))(
    `refuses at ${route.method} ${route.path} the body: $what, with $status`,
    async ({ body, headers, status, code, problem }) => {
      const answer = await send(route, body(), headers);
      expectErrorResponse(answer, status, code);
      if (problem) expect(answer.body.error?.fields?.[0]?.message).toMatch(problem);
    },
  );

  const isValid = (field: string, what: string) =>
    VALID.includes(`${route.method} ${field} ${what}`) ||
    VALID.includes(`${route.method} ${route.path} ${field} ${what}`) ||
    OF_CLIENTS[what]?.includes(field);

  const invalidFields = (what: string) => route.fields.filter((field) => !isValid(field, what));
  // A describe without a test is an error.
  const values = badValues.filter(([what]) => invalidFields(what).length > 0);

  describe.each(values)("a field whose value is %s", (what, json) => {
    it.each(invalidFields(what))(`refuses at ${route.method} ${route.path} as %s: ${what}`, async (field) => {
      const answer = await send(route, `{"${field}":${json}}`);
      expectErrorResponse(answer, 400, "validation_failed");
      expect(pathsOf(answer)).toContain(field);
    });
  });

  it.each(disallowedKeys.filter((key) => !route.fields.includes(key)))(
    `refuses at ${route.method} ${route.path} the unknown key %j`,
    async (key) => {
      const answer = await send(route, `{${JSON.stringify(key)}:{"role":"superuser","isVerified":true}}`);
      expectErrorResponse(answer, 400, "validation_failed");
      expect(pathsOf(answer)).toContain(key);
      expect(({} as Record<string, unknown>).role).toBeUndefined();
    },
  );

  it(`refuses at ${route.method} ${route.path} a key with NUL or a lone surrogate, and does not repeat it`, async () => {
    for (const key of ["a\\u0000b", "a\\ud800b"]) {
      const answer = await send(route, `{"${key}":1}`);
      expectErrorResponse(answer, 400, "validation_failed");
      expect(pathsOf(answer)).toEqual([""]);
    }
  });

  it(`refuses at ${route.method} ${route.path} a duplicate field whose second value is invalid`, async () => {
    for (const field of route.fields.filter((name) => !isValid(name, "an object"))) {
      const answer = await send(route, `{"${field}":"ada@example.com","${field}":{"$gt":""}}`);
      expectErrorResponse(answer, 400, "validation_failed");
      expect(pathsOf(answer)).toContain(field);
    }
  });

  it(`refuses at ${route.method} ${route.path} a stream of 10 MiB, and stops reading it`, async () => {
    const { stream, seen } = longStream();
    expectErrorResponse(await send(route, stream), 413, "payload_too_large");
    expect(seen.cancelled).toBe(true);
    expect(seen.pulled).toBeLessThan(8);
  });
});

describe("jsonBody", () => {
  it("accepts a JSON media type in another case, a charset, and a byte order mark", async () => {
    for (const type of ["application/json; charset=utf-8", "Application/JSON", " application/json ;x=y"]) {
      const body = `\ufeff{"email":"${newAddress()}"}`;
      const answer = await service.call("POST", "/api/auth/forgot-password", body, undefined, {
        "Content-Type": type,
      });
      expect(answer.status).toBe(200);
    }
  });

  it("accepts a body of exactly 64 KiB, whole or in pieces", async () => {
    const body = new TextEncoder().encode(`{"email":"${newAddress()}"}`.padEnd(64 * 1024));
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < body.length; at += 1_000) controller.enqueue(body.slice(at, at + 1_000));
        controller.close();
      },
    });
    for (const sent of [body, pieces]) {
      const init = { method: "POST", headers: JSON_TYPE, body: sent };
      const answer = await service.send(new Request("http://gatehouse.test/api/auth/forgot-password", init));
      expect(answer.status).toBe(200);
    }
  });

  it("uses the last value of a duplicate field, for validation and for the use case", async () => {
    const [first, last] = [newAddress(), newAddress()];
    const body = `{"email":"${first}","password":"${PASSWORD}","name":{"$ne":1},"email":"${last}","name":"Ada"}`;
    const answer = await service.post("/register", body);
    expect([answer.status, answer.body.data.user.email]).toEqual([201, last]);
  });
});

describe("POST /register, unknown keys", () => {
  it.each(["role", "isVerified", "status", "id", "__proto__", "constructor"])(
    "registers no account from a valid body with the additional key %s",
    async (key) => {
      const email = newAddress();
      const body = `{"email":"${email}","password":"${PASSWORD}","name":"Ada","${key}":{"role":"admin"}}`;
      const answer = await service.post("/register", body);
      expectErrorResponse(answer, 400, "validation_failed");
      expect(pathsOf(answer)).toEqual([key]);
      const rows = service.env.DB.prepare("SELECT id FROM accounts WHERE email = ?").bind(email).all();
      expect((await rows).results).toEqual([]);
    },
  );
});

describe("paths and methods", () => {
  const ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
  const known = methodsByPath(service);

  it.each([
    ...["/api", "/api/auth", "/api/auth/", "/api/auth/nothing", "/api/auth/login/", "/api/auth//login"],
    ...[
      "/API/auth/login",
      "/api/auth/login/otp/x",
      "/api/auth/login%2f",
      "/api/auth/%",
      "/.well-known/nothing",
    ],
    ...[
      "/favicon.ico",
      "/dev/nothing",
      "/openapi.json.bak",
      "/api/auth/../../etc/passwd",
      "//gatehouse.test/x",
    ],
    ...["/__proto__", "/api/auth/constructor", `/${"x".repeat(5_000)}`],
  ])("responds not_found to the unknown path %s", async (path) => {
    for (const method of ["GET", "POST", "DELETE"]) {
      expectErrorResponse(await service.call(method, path), 404, "not_found");
    }
  });

  it.each(known)("allows $methods and no other method at $path", async ({ path, methods }) => {
    // CORS answers a preflight of these.
    const answersOptions = [...CLIENT_ENDPOINTS, ...DISCOVERY_PATHS, KEY_SET_PATH].some(
      (each) => each === path,
    );
    const others = ALL.filter(
      (method) => !methods.includes(method) && !(answersOptions && method === "OPTIONS"),
    );
    for (const method of others) {
      const { status, headers } = await fetchRaw(service, method, path);
      expect([method, status]).toEqual([method, 405]);
      expect(headers.get("Allow")?.split(", ").sort()).toEqual(methods);
      expectSecurityHeaders({ headers });
    }
    const method = methods.includes("PUT") ? "PROPFIND" : "PUT";
    expectErrorResponse(await service.call(method, path), 405, "method_not_allowed");
  });

  it.each(known)("sends the security headers with every response of $path", async ({ path, methods }) => {
    const { token: memberToken } = await registerAndLogIn(service);
    for (const method of methods) {
      for (const answer of [
        await fetchRaw(service, method, path),
        await fetchRaw(service, method, path, memberToken),
      ]) {
        expect(answer.status).toBeLessThan(500);
        expectSecurityHeaders(answer);
      }
    }
  });

  it("responds 404 to all paths under /dev in production", async () => {
    const mail = { MAIL_PROVIDER: "resend", MAIL_API_KEY: "key", RATE_LIMITS: "" };
    const production = startService({
      env: { ...mail, ENVIRONMENT: "production", PUBLIC_URL: "https://auth.example.com" },
    });
    for (const path of ["/dev/mailbox", "/dev/mailbox.json"]) {
      for (const method of ["GET", "POST"]) expect((await production.call(method, path)).status).toBe(404);
    }
  });
});
