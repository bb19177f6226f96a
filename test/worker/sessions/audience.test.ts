import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { markDeviceAsKnown, startSecondFactor } from "../../support/one-time-codes.ts";
import { OWN_AUDIENCE, resourceList, resourceUri } from "../../support/resources.ts";
import { startService } from "../../support/service.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { logIn, PASSWORD, registerAndLogIn, registerVerifiedUser, signedInAs } from "../../support/users.ts";

const providers = openProviders();
const service = startService({ env: { ...providers.variables, RESOURCES: resourceList("notes") } });

const NOTES = resourceUri("notes");

/** What a request may name, and the audience of its token. */
const NAMES = [
  [undefined, OWN_AUDIENCE],
  ["gatehouse", OWN_AUDIENCE],
  [OWN_AUDIENCE, OWN_AUDIENCE],
  ["notes", NOTES],
  [NOTES, NOTES],
] as const;

const UNKNOWN_NAMES = [
  ...["unknown", "", "NOTES", "gatehouse,notes", "http://gatehouse.test", "__proto__"],
  // Neither another spelling nor a part of a URI.
  ...[`${NOTES}/`, `${OWN_AUDIENCE}/`, NOTES.toUpperCase(), "https://notes.example"],
];

type PrepareRequest = (audience?: string) => Promise<{ path: string; body: object }>;

/** For each route that issues tokens, a function that prepares a valid request. */
const tokenRoutes: Record<string, PrepareRequest> = {
  "/login": async (audience) => {
    const { email } = await registerVerifiedUser(service);
    return { path: "/login", body: { email, password: PASSWORD, audience } };
  },
  "/login/otp": async (audience) => {
    const { email, token } = await registerAndLogIn(service);
    await markDeviceAsKnown(token);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    return { path: "/login/otp", body: { ...(await startSecondFactor(service, email)), audience } };
  },
  "/refresh": async (audience) => {
    const { refreshToken } = await registerAndLogIn(service);
    return { path: "/refresh", body: { refreshToken, audience } };
  },
  "/social/:provider/token": async (audience) => {
    const accessToken = await providers.tokenOf(socialUser());
    return { path: "/social/github/token", body: { accessToken, audience } };
  },
};

describe.each(Object.entries(tokenRoutes))("POST %s", (route, prepare) => {
  it(`${route} issues a token for the requested audience, by default for this service's own API`, async () => {
    for (const [audience, uri] of NAMES) {
      const { path, body } = await prepare(audience);
      const { data } = (await service.post(path, body)).body;
      expect(decodeJwt(data.token).aud).toBe(uri);
      // This service's own API accepts only its own tokens.
      expect((await service.get("/me", data.token)).status).toBe(uri === OWN_AUDIENCE ? 200 : 401);
    }
  });

  it(`${route} rejects an unknown audience and consumes nothing`, async () => {
    const { path, body } = await prepare("unknown");
    for (const audience of UNKNOWN_NAMES) {
      const answer = await service.post(path, { ...body, audience });
      expectErrorResponse(answer, 400, "validation_failed");
      expect(answer.body.error?.fields?.map((field) => field.path)).toEqual(["audience"]);
    }
    for (const audience of [7, null, ["notes"]]) {
      expectErrorResponse(await service.post(path, { ...body, audience }), 400, "validation_failed");
    }
    expect((await service.post(path, { ...body, audience: "notes" })).status).toBe(200);
  });
});

describe("an access token of another audience", () => {
  it("rejects an access token of another audience on every route except /logout", async () => {
    const { email } = await signedInAs(service, "superuser");
    const { token: own, refreshToken } = await logIn(service, email);
    const { token } = (await service.post("/refresh", { refreshToken, audience: "notes" })).body.data;
    const { id } = (await service.get("/me", (await registerAndLogIn(service)).token)).body.data;
    const requests = [
      ["GET", "/me", undefined],
      ["GET", "/users", undefined],
      ["PUT", `/users/${id}/role`, { role: "superuser" }],
      ["DELETE", `/users/${id}/sessions`, undefined],
      ["POST", "/logout-all", {}],
    ] as const;
    for (const [method, path, body] of requests) {
      const answer = await service.call(method, `/api/auth${path}`, body, token);
      expectErrorResponse(answer, 401, "unauthorized");
    }
    expect((await service.get("/me", own)).status).toBe(200);
    expect((await service.post("/logout", {}, token)).status).toBe(200);
    expectErrorResponse(await service.get("/me", own), 401, "unauthorized");
  });
});

describe("concurrent requests of one isolate", () => {
  it("issue each token for the audience of its own request", async () => {
    const users = await Promise.all(Array.from({ length: 8 }, () => registerAndLogIn(service)));
    const names = users.map((_, index) => NAMES[index % NAMES.length] ?? NAMES[0]);
    const answers = await Promise.all(
      users.flatMap(({ email, refreshToken }, index) => {
        const audience = names[index]?.[0];
        return [
          service.post("/login", { email, password: PASSWORD, audience }),
          service.post("/refresh", { refreshToken, audience }),
        ];
      }),
    );
    const issued = answers.map(({ body }) => decodeJwt(body.data.token).aud);
    expect(issued).toEqual(names.flatMap(([, uri]) => [uri, uri]));
  });

  it("leaves the default to the next request of a session of this service", async () => {
    const { email, refreshToken } = await registerAndLogIn(service);
    const forNotes = (await service.post("/refresh", { refreshToken, audience: "notes" })).body.data;
    expect(decodeJwt(forNotes.token).aud).toBe(NOTES);
    for (const { data } of [
      (await service.post("/refresh", { refreshToken: forNotes.refreshToken })).body,
      (await service.post("/login", { email, password: PASSWORD })).body,
    ]) {
      expect(decodeJwt(data.token).aud).toBe(OWN_AUDIENCE);
      expect((await service.get("/me", data.token)).status).toBe(200);
    }
  });
});
