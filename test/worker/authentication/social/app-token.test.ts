import { describe, expect, it } from "vitest";
import { openBrowser } from "../../../support/browser.ts";
import { openLoopback } from "../../../support/loopback/loopback.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { CLIENT } from "../../../support/social/client.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** The quickest way in: GitHub's own token, as an app has it. */
async function gitHub(person: ReturnType<typeof socialUser>, of = service, more: object = {}) {
  return of.post("/social/github/token", { accessToken: await providers.tokenOf(person), ...more });
}

describe("a token of an app", () => {
  it.each(["google", "oidc"] as const)(
    "of %s signs in when it was given to us, and not to another app",
    async (id) => {
      const person = socialUser();
      if (id === "google") {
        const right = await service.post("/social/google/token", {
          idToken: await idTokenOf("google", person),
        });
        expect(right.body.data.user.email).toBe(person.email);
      }
      const foreign = await idTokenOf(id, person, "another-app");
      expectRefusal(await service.post(`/social/${id}/token`, { idToken: foreign }), 400, "token_invalid");
    },
  );

  it("of GitHub is refused when it was given to another app, or to nobody", async () => {
    const accessToken = await providers.tokenOf(socialUser(), "another-app");
    expectRefusal(await service.post("/social/github/token", { accessToken }), 400, "token_invalid");
    const madeUp = await service.post("/social/github/token", { accessToken: "made-up" });
    expectRefusal(madeUp, 400, "token_invalid");
  });

  it.each([
    ["another app's", { app: { client_id: "another-app" }, user: { id: 7 } }],
    ["nobody's app's", { app: null, user: { id: 7 } }],
    ["somebody else's", { app: { client_id: CLIENT.id }, user: { id: 8 } }],
    ["nobody's", { app: { client_id: CLIENT.id }, user: null }],
  ])("of GitHub is refused when GitHub says that it is %s", async (_whose, inspection) => {
    const gitHub = openLoopback();
    const saying = (body: unknown) => ({ kind: "respond", status: 200, body: JSON.stringify(body) }) as const;
    await gitHub.answer(saying(inspection), saying({ id: 7, login: "octo" }), saying([]));
    const of = startService({ env: providers.keys("GITHUB", gitHub.url) });
    const answer = await of.post("/social/github/token", { accessToken: "a-token" });
    expectRefusal(answer, 400, "token_invalid");
  });

  it.each([null, "", 0, -1, 1.5, "7", {}])("of a GitHub profile whose id is %j is refused", async (id) => {
    expectRefusal(await gitHub(socialUser({ id })), 400, "token_invalid");
  });

  it("is refused when it is of the wrong kind, missing, or both kinds at once", async () => {
    for (const body of [{ idToken: "t" }, {}, { idToken: "t", accessToken: "t" }, { accessToken: 1 }]) {
      expectRefusal(await service.post("/social/github/token", body), 400, "validation_failed");
    }
  });

  it("goes into cookies where a page asks for it, which has to mean it", async () => {
    const body = { accessToken: await providers.tokenOf(socialUser()), transport: "cookie" };
    const browser = openBrowser(service);
    expectRefusal(await browser.send("POST", "/social/github/token", body), 403, "csrf_failed");
    const answer = await browser.write("POST", "/social/github/token", body);
    expect(Object.keys(answer.body.data).sort()).toEqual(["csrfToken", "expiresIn", "user"]);
    expect((await browser.send("GET", "/me")).status).toBe(200);
  });
});
