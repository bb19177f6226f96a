import { describe, expect, it } from "vitest";
import { authorizeUrl, CODE_VERIFIER } from "../../../support/authorization-requests.ts";
import { DEVICE_GRANT, decide, pollDevice, startDevice } from "../../../support/devices.ts";
import {
  type ClientTokens,
  errorOf,
  FILES,
  NOTES,
  redeem,
  refresh,
  type TestClient,
  tokensOf,
  USERINFO,
} from "../../../support/oauth.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { registerVerifiedUser } from "../../../support/users.ts";
import { authorizeInBrowser } from "./authorize-in-browser.ts";
import {
  accessIn,
  CLIENT_NAMES,
  createMatrixClient,
  parametersOf,
  REQUESTS,
  type Request,
  SCOPES,
  startMatrixService,
} from "./expected-access.ts";

const service = startMatrixService();

type Authorized = { readonly resource: string | undefined; readonly scope: string };

/** Client “both”: what a user has granted, and each scope of a refresh that gives tokens. All others are `invalid_scope`. */
const CASES: readonly (Authorized & {
  readonly name: string;
  readonly narrowed: Readonly<Record<string, { readonly aud: readonly string[]; readonly scope: string }>>;
})[] = [
  {
    name: "two scopes of a resource and openid",
    resource: NOTES,
    scope: "openid notes:read notes:write",
    narrowed: {
      "": { aud: [NOTES, USERINFO], scope: "notes:read notes:write openid" },
      "notes:read": { aud: [NOTES], scope: "notes:read" },
      "notes:write": { aud: [NOTES], scope: "notes:write" },
      "notes:write notes:read": { aud: [NOTES], scope: "notes:read notes:write" },
      openid: { aud: [NOTES, USERINFO], scope: "openid" },
      "openid notes:read": { aud: [NOTES, USERINFO], scope: "notes:read openid" },
    },
  },
  {
    // The client may request `notes:write`, `openid` and `email`, but the user has not been asked for them.
    name: "one scope of a resource",
    resource: NOTES,
    scope: "notes:read",
    narrowed: {
      "": { aud: [NOTES], scope: "notes:read" },
      "notes:read": { aud: [NOTES], scope: "notes:read" },
    },
  },
  {
    name: "the other resource",
    resource: FILES,
    scope: "files:read",
    narrowed: {
      "": { aud: [FILES], scope: "files:read" },
      "files:read": { aud: [FILES], scope: "files:read" },
    },
  },
  {
    name: "no resource",
    resource: undefined,
    scope: "openid email",
    narrowed: {
      "": { aud: [USERINFO], scope: "email openid" },
      openid: { aud: [USERINFO], scope: "openid" },
      // Narrower, but of no use: userinfo requires `openid`.
      email: { aud: [USERINFO], scope: "email" },
      "openid email": { aud: [USERINFO], scope: "email openid" },
    },
  },
];

const newBrowser = async () => signedInPageBrowser(service, (await registerVerifiedUser(service)).email);

async function tokensByCode(client: TestClient, { resource, scope }: Authorized): Promise<ClientTokens> {
  const { parameters } = await authorizeInBrowser(
    await newBrowser(),
    authorizeUrl(client, { resource, scope }),
  );
  const code = parameters.get("code") ?? "";
  return tokensOf(await redeem(service, client, { code, verifier: CODE_VERIFIER }));
}

async function tokensByDevice(client: TestClient, { resource: target, scope }: Authorized) {
  const device = await startDevice(service, client, parametersOf({ target, scope }));
  await decide(await newBrowser(), device);
  return tokensOf(await pollDevice(service, client, device));
}

/** The first case has every resource, the others those of the client. */
const MATRIX = [
  ...CASES.map((each, index) => ({
    ...{ ...each, by: "a code", authorize: tokensByCode },
    requests:
      index === 0 ? REQUESTS : REQUESTS.filter(({ target = NOTES }) => [NOTES, FILES].includes(target)),
  })),
  ...CASES.slice(0, 1).map((each) => ({
    ...{ ...each, by: "a device code", authorize: tokensByDevice },
    requests: REQUESTS,
  })),
];

describe("a refresh token", () => {
  it.each(MATRIX)("of $by for $name gets at most that", async (granted) => {
    const { resource, scope, narrowed, authorize, requests } = granted;
    const client = await createMatrixClient(service, "both", {
      grantTypes: ["authorization_code", DEVICE_GRANT, "refresh_token"],
    });
    let { refresh_token: token } = await authorize(client, { resource, scope });
    const expected = (request: Request) => {
      const access = narrowed[request.scope ?? ""];
      if (access === undefined) return "invalid_scope";
      return request.target === undefined || request.target === resource ? access : "invalid_target";
    };
    // One chain: a refusal spends nothing, and a narrowed token does not narrow the next one.
    for (const request of requests) {
      const answer = await refresh(service, client, token, {
        ...parametersOf(request),
        audience: "gatehouse",
      });
      expect([request, accessIn(answer)]).toEqual([request, expected(request)]);
      if (answer.status === 200) token = tokensOf(answer).refresh_token;
    }
  });
});

describe("a refresh token of another client", () => {
  it.each(CLIENT_NAMES)("gets nothing for “%s”, whatever it asks for", async (name) => {
    const [owner, other] = [
      await createMatrixClient(service, "both"),
      await createMatrixClient(service, name),
    ];
    const { refresh_token: token } = await tokensByCode(owner, {
      resource: NOTES,
      scope: "openid notes:read",
    });
    for (const target of [undefined, NOTES, FILES])
      for (const scope of SCOPES) {
        const answer = await refresh(service, other, token, parametersOf({ target, scope }));
        expect([target, scope, answer.status, errorOf(answer)]).toEqual([
          target,
          scope,
          400,
          "invalid_grant",
        ]);
      }
    tokensOf(await refresh(service, owner, token));
  });
});
