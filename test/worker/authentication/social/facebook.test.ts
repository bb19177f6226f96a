import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { countSessions } from "../../../support/database-rows.ts";
import { openLoopback } from "../../../support/loopback/loopback.ts";
import { startService } from "../../../support/service.ts";
import { start } from "../../../support/social/browser-flow.ts";
import { linkToken } from "../../../support/social/link.ts";
import { CLIENT } from "../../../support/social/provider-client.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  newAddress,
  PASSWORD,
  register,
  registerAndLogIn,
  registerVerifiedUser,
} from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const signIn = (accessToken: string) => service.post("/social/facebook/token", { accessToken });

describe("Facebook", () => {
  // Fault 5: Facebook does not ask again by itself for a permission that the user has declined.
  it("is asked for the address again after the user has declined it", async () => {
    const { headers } = await start(openBrowser(service), "facebook");
    const { searchParams } = new URL(headers.get("Location") ?? "");
    expect([searchParams.get("scope"), searchParams.get("auth_type")]).toEqual([
      "email public_profile",
      "rerequest",
    ]);
  });

  it("tells an application that the user did not share an address", async () => {
    const answer = await signIn(await providers.tokenOf(socialUser({ verified: false })));
    expectErrorResponse(answer, 403, "email_not_verified");
    expect(answer.body.message).toContain("did not share an email address");
  });

  it("signs in with an access token of Facebook and finds the account again by its subject", async () => {
    const ada = socialUser();
    const first = await signIn(await providers.tokenOf(ada));
    expect(first.body.data.user).toMatchObject({ email: ada.email, name: "Ada" });
    const second = await signIn(await providers.tokenOf({ ...ada, email: "moved@example.com" }));
    expect(second.body.data.user.id).toBe(first.body.data.user.id);
  });

  it("rejects an access token of Facebook that was issued to another client or is made up", async () => {
    expectErrorResponse(
      await signIn(await providers.tokenOf(socialUser(), "another-app")),
      400,
      "token_invalid",
    );
    expectErrorResponse(await signIn("made-up"), 400, "token_invalid");
    expectErrorResponse(await signIn("made-up&access_token=other"), 400, "token_invalid");
  });

  it.each([null, "", " ", {}])("rejects a Facebook profile whose id is %j", async (id) => {
    expectErrorResponse(await signIn(await providers.tokenOf(socialUser({ id }))), 400, "token_invalid");
  });

  it("creates no account for a Facebook user without an address", async () => {
    const answer = await signIn(await providers.tokenOf(socialUser({ verified: false })));
    expectErrorResponse(answer, 403, "email_not_verified");
  });

  it.each([
    ["a verified", registerVerifiedUser],
    ["an unverified", register],
  ])(
    "neither links to nor takes over %s account by the address of a Facebook user",
    async (_state, create) => {
      const { email } = await create(service);
      const before = await env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).first();
      expectErrorResponse(await signIn(await providers.tokenOf(socialUser({ email }))), 409, "conflict");
      const after = await env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).first();
      expect(after).toEqual(before);
      expect(await countSessions(email)).toBe(0);
    },
  );

  it("signs in with a Facebook identity that the account's owner has linked", async () => {
    const { email, token } = await registerAndLogIn(service);
    const accessToken = await providers.tokenOf(socialUser({ email }));
    const body = { accessToken, password: PASSWORD };
    expect((await linkToken(service, "facebook", body, token)).status).toBe(200);
    expect((await signIn(accessToken)).body.data.user.email).toBe(email);
  });

  it("makes no Facebook user superuser by BOOTSTRAP_SUPERUSER_EMAIL", async () => {
    const email = newAddress();
    const withBootstrap = startService({ env: { ...providers.variables, BOOTSTRAP_SUPERUSER_EMAIL: email } });
    const accessToken = await providers.tokenOf(socialUser({ email }));
    const answer = await withBootstrap.post("/social/facebook/token", { accessToken });
    expect(answer.body.data.user).toMatchObject({ email, role: "user" });
  });

  it("rejects an access token whose user differs from the Facebook profile", async () => {
    const tokenInfo = { app_id: CLIENT.id, type: "USER", is_valid: true };
    const profile = { id: "7", name: "Ada", email: newAddress() };
    for (const [user_id, status] of [
      ["8", 400],
      [7, 400],
      [undefined, 400],
      ["7", 200],
    ] as const) {
      const facebook = openLoopback();
      const json = (body: unknown) => ({ kind: "respond", status: 200, body: JSON.stringify(body) }) as const;
      await facebook.answer(json({ data: { ...tokenInfo, user_id } }), json(profile));
      const withFacebook = startService({ env: providers.keys("FACEBOOK", facebook.url) });
      const answer = await withFacebook.post("/social/facebook/token", { accessToken: "a-token" });
      expect([user_id, answer.status]).toEqual([user_id, status]);
    }
  });

  it("rejects an ID token at Facebook", async () => {
    const answer = await service.post("/social/facebook/token", { idToken: "x" });
    expectErrorResponse(answer, 400, "validation_failed");
  });
});
