import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { openLoopback } from "../../../support/loopback/loopback.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { CLIENT } from "../../../support/social/provider-client.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** Signs in with an access token of GitHub, the shortest sign-in. */
async function gitHub(user: ReturnType<typeof socialUser>, at = service, more: object = {}) {
  return at.post("/social/github/token", { accessToken: await providers.tokenOf(user), ...more });
}

describe("POST /social/:provider/token", () => {
  it.each(["google", "oidc"] as const)(
    "accepts an ID token of %s for this client and rejects one for another client",
    async (id) => {
      const user = socialUser();
      if (id === "google") {
        const accepted = await service.post("/social/google/token", {
          idToken: await idTokenOf("google", user),
        });
        expect(accepted.body.data.user.email).toBe(user.email);
      }
      const forOtherClient = await idTokenOf(id, user, "another-app");
      expectErrorResponse(
        await service.post(`/social/${id}/token`, { idToken: forOtherClient }),
        400,
        "token_invalid",
      );
    },
  );

  it("rejects an access token of GitHub that was issued to another client or is made up", async () => {
    const accessToken = await providers.tokenOf(socialUser(), "another-app");
    expectErrorResponse(await service.post("/social/github/token", { accessToken }), 400, "token_invalid");
    const madeUp = await service.post("/social/github/token", { accessToken: "made-up" });
    expectErrorResponse(madeUp, 400, "token_invalid");
  });

  it.each([
    ["a token of another client", { app: { client_id: "another-app" }, user: { id: 7 } }],
    ["a token without a client", { app: null, user: { id: 7 } }],
    ["a token of another user", { app: { client_id: CLIENT.id }, user: { id: 8 } }],
    ["a token without a user", { app: { client_id: CLIENT.id }, user: null }],
  ])("rejects an access token when GitHub reports %s", async (_report, inspection) => {
    const gitHub = openLoopback();
    const json = (body: unknown) => ({ kind: "respond", status: 200, body: JSON.stringify(body) }) as const;
    await gitHub.answer(json(inspection), json({ id: 7, login: "octo" }), json([]));
    const withGitHub = startService({ env: providers.keys("GITHUB", gitHub.url) });
    const answer = await withGitHub.post("/social/github/token", { accessToken: "a-token" });
    expectErrorResponse(answer, 400, "token_invalid");
  });

  it.each([null, "", 0, -1, 1.5, "7", {}])(
    "rejects an access token of GitHub whose user id is %j",
    async (id) => {
      expectErrorResponse(await gitHub(socialUser({ id })), 400, "token_invalid");
    },
  );

  it("rejects a body with the wrong kind of token, no token or both kinds", async () => {
    for (const body of [{ idToken: "t" }, {}, { idToken: "t", accessToken: "t" }, { accessToken: 1 }]) {
      expectErrorResponse(await service.post("/social/github/token", body), 400, "validation_failed");
    }
  });

  it("responds 404 for the token of a provider that is off", async () => {
    for (const id of ["apple", "__proto__", "GITHUB"])
      expectErrorResponse(await service.post(`/social/${id}/token`, { accessToken: "t" }), 404, "not_found");
  });

  it("sets session cookies for transport cookie and requires a CSRF token", async () => {
    const body = { accessToken: await providers.tokenOf(socialUser()), transport: "cookie" };
    const browser = openBrowser(service);
    expectErrorResponse(await browser.send("POST", "/social/github/token", body), 403, "csrf_failed");
    const answer = await browser.write("POST", "/social/github/token", body);
    expect(Object.keys(answer.body.data).sort()).toEqual(["csrfToken", "expiresIn", "user"]);
    expect((await browser.send("GET", "/me")).status).toBe(200);
  });
});
