import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { startService } from "../../../support/service.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { linkToken } from "../../../support/social/link.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { PASSWORD, registerAndLogIn } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** Another provider's user with an account here, whose subject is that of the returned Google user. */
async function userOfAnotherProvider() {
  const user = socialUser();
  const { body } = await service.post("/social/google/token", { idToken: await idTokenOf("google", user) });
  const { id } = body.data.user;
  await env.DB.prepare("UPDATE identities SET provider = 'github' WHERE account_id = ?").bind(id).run();
  return { accountId: id as string, googleUser: socialUser({ id: user.id }) };
}

describe("a user with the subject that another user has at another provider", () => {
  it("signs in to an account of their own", async () => {
    const { accountId, googleUser } = await userOfAnotherProvider();
    const idToken = await idTokenOf("google", googleUser);
    const { status, body } = await service.post("/social/google/token", { idToken });
    expect([status, body.data.user.email]).toEqual([200, googleUser.email]);
    expect(body.data.user.id).not.toBe(accountId);
  });

  it("can link that identity to their account", async () => {
    const { googleUser } = await userOfAnotherProvider();
    const { token } = await registerAndLogIn(service);
    const idToken = await idTokenOf("google", googleUser);
    const link = await linkToken(service, "google", { idToken, password: PASSWORD }, token);
    expect(link.status).toBe(200);
  });
});

it("links a provider by the verified address to an account that has linked another provider", async () => {
  const { email, token } = await registerAndLogIn(service);
  const idToken = await idTokenOf("google", socialUser());
  await linkToken(service, "google", { idToken, password: PASSWORD }, token);
  const accessToken = await providers.tokenOf(socialUser({ email }));
  expect((await service.post("/social/github/token", { accessToken })).body.data.user.email).toBe(email);
  const linked: { provider: string }[] = (await service.get("/me/identities", token)).body.data;
  expect(linked.map(({ provider }) => provider).sort()).toEqual(["github", "google"]);
});
