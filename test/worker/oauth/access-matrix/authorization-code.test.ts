import { describe, expect, it } from "vitest";
import {
  authorizationQuery,
  authorizeUrl,
  CODE_VERIFIER,
  codesOf,
  grantsOf,
} from "../../../support/authorization-requests.ts";
import {
  credentialsOf,
  errorOf,
  FILES,
  jsonOf,
  NOTES,
  postForm,
  redeem,
  type TestClient,
  tokensOf,
} from "../../../support/oauth.ts";
import { type Pages, signedInPageBrowser } from "../../../support/pages.ts";
import { registerVerifiedUser } from "../../../support/users.ts";
import { authorizeInBrowser } from "./authorize-in-browser.ts";
import {
  accessIn,
  CLIENT_NAMES,
  createMatrixClient,
  expectedAccess,
  parametersOf,
  REQUESTS,
  type Request,
  startMatrixService,
  TARGETS,
} from "./expected-access.ts";

const service = startMatrixService();

const newBrowser = async () => signedInPageBrowser(service, (await registerVerifiedUser(service)).email);

const redeemed = (client: TestClient, code: string, form: Record<string, string> = {}) =>
  redeem(service, client, { code, verifier: CODE_VERIFIER }, form);

/** What the client gets for a request: the access of its token, or the error. */
async function accessByCode(browser: Pages, client: TestClient, request: Request) {
  const url = authorizeUrl(client, { scope: undefined, ...parametersOf(request) });
  const { parameters } = await authorizeInBrowser(browser, url);
  const code = parameters.get("code");
  return code === null ? parameters.get("error") : accessIn(await redeemed(client, code));
}

/** The same with a pushed request. The parameters beside `request_uri` ask for everything, and must count for nothing. */
async function accessByPushedRequest(browser: Pages, client: TestClient, request: Request) {
  const pushed = authorizationQuery(client, { scope: undefined, ...parametersOf(request) });
  const form = { ...Object.fromEntries(pushed), ...credentialsOf(client) };
  const answer = await postForm(service, "/oauth/par", form);
  if (answer.status !== 201) return errorOf(answer);
  const url = new URLSearchParams({
    client_id: client.id,
    request_uri: String(jsonOf(answer).request_uri),
    scope: client.scopes.join(" "),
    resource: request.target === NOTES ? FILES : NOTES,
  });
  const { parameters } = await authorizeInBrowser(browser, `/oauth/authorize?${url}`);
  const code = parameters.get("code");
  return code === null ? parameters.get("error") : accessIn(await redeemed(client, code));
}

describe.each(CLIENT_NAMES)(
  "the client “%s” gets by a code what the table says, and nothing else",
  (name) => {
    it("for each resource and scope", async () => {
      const client = await createMatrixClient(service, name);
      const browser = await newBrowser();
      for (const request of REQUESTS) {
        const outcome = await accessByCode(browser, client, request);
        expect([request, outcome]).toEqual([request, expectedAccess(name, request)]);
      }
    });

    it("for each resource and scope of a pushed request", async () => {
      const client = await createMatrixClient(service, name, { requiresPushedRequests: true });
      const browser = await newBrowser();
      for (const request of REQUESTS) {
        const outcome = await accessByPushedRequest(browser, client, request);
        expect([request, outcome]).toEqual([request, expectedAccess(name, request)]);
      }
    });
  },
);

describe("a client of the team", () => {
  it("gets no more, though no user is asked", async () => {
    const client = await createMatrixClient(service, "both", { isFirstParty: true });
    const browser = await newBrowser();
    for (const request of REQUESTS) {
      const outcome = await accessByCode(browser, client, request);
      expect([request, outcome]).toEqual([request, expectedAccess("both", request)]);
    }
  });
});

describe("the consent of a user", () => {
  it("is asked for each resource, and again for more scopes", async () => {
    const client = await createMatrixClient(service, "both");
    const browser = await newBrowser();
    const asked = [];
    for (const [resource, scope] of [
      [NOTES, "notes:read"],
      [NOTES, "notes:read"],
      [NOTES, "notes:read notes:write"],
      [NOTES, "notes:write"],
      [FILES, "openid"],
      [FILES, "openid files:read"],
      [undefined, "openid"],
      [NOTES, "notes:read openid"],
      [FILES, "files:read"],
    ])
      asked.push((await authorizeInBrowser(browser, authorizeUrl(client, { resource, scope }))).asked);
    expect(asked).toEqual([true, false, true, false, true, true, true, true, false]);
    expect((await grantsOf(client)).map(({ resource, scope }) => [resource, scope])).toEqual([
      [NOTES, "notes:read notes:write openid"],
      [FILES, "files:read openid"],
      ["", "openid"],
    ]);
  });
});

describe("the redemption of a code", () => {
  it.each([NOTES, FILES, undefined])("for %s is refused for every other resource", async (resource) => {
    const client = await createMatrixClient(service, "both", { isFirstParty: true });
    const url = authorizeUrl(client, { resource, scope: "openid" });
    const { parameters } = await authorizeInBrowser(await newBrowser(), url);
    const code = parameters.get("code") ?? "";
    for (const target of TARGETS)
      if (target !== undefined && target !== resource) {
        const answer = await redeemed(client, code, { resource: target });
        expect([target, answer.status, errorOf(answer)]).toEqual([target, 400, "invalid_target"]);
      }
    // None of them has used up the code. The parameters `scope` and `audience` belong to other requests.
    const more = { scope: "openid email notes:read", audience: "gatehouse" };
    const answer = await redeemed(client, code, { ...(resource ? { resource } : {}), ...more });
    expect(accessIn(answer)).toEqual(expectedAccess("both", { target: resource, scope: "openid" }));
    expect(tokensOf(answer).id_token).toBeDefined();
    expect(await codesOf(client)).toHaveLength(1);
  });
});
