import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { linkToken } from "../../../support/social/link.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { mailTo, newAddress, PASSWORD, registerAndLogIn, tokenMailedTo } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const NEW_PASSWORD = "another quiet harbour";
const ALSO_REMOVED = "Providers that signed you in without having confirmed this address";

const resetTokenOf = async (email: string) => {
  service.clock.advance(60_000);
  await service.post("/forgot-password", { email });
  return tokenMailedTo(service, email);
};
const resetPassword = async (email: string) => {
  const answer = await service.post("/reset-password", {
    token: await resetTokenOf(email),
    newPassword: NEW_PASSWORD,
  });
  expect(answer.status).toBe(200);
};

const OF_ACCOUNT = "account_id = (SELECT id FROM accounts WHERE email = ?)";
const identitiesOf = async (email: string): Promise<unknown[]> =>
  (
    await env.DB.prepare(`SELECT provider FROM identities WHERE ${OF_ACCOUNT} ORDER BY provider`)
      .bind(email)
      .all()
  ).results.map(({ provider }) => provider);
const removalsOf = async (email: string): Promise<unknown[]> =>
  (
    await env.DB.prepare(
      `SELECT details FROM audit_events WHERE type = 'identity_removed' AND ${OF_ACCOUNT} ORDER BY details`,
    )
      .bind(email)
      .all<{ details: string }>()
  ).results.map(({ details }) => JSON.parse(details));

/** A member with a linked identity of GitHub, Google and Facebook. */
async function linkedMember(profiles: { github: object; google: object; facebook: object }) {
  const { email, token } = await registerAndLogIn(service);
  const profile = (more: object) => socialUser({ email, ...more });
  for (const [provider, body] of [
    ["github", { accessToken: await providers.tokenOf(profile(profiles.github)) }],
    ["google", { idToken: await idTokenOf("google", profile(profiles.google)) }],
    ["facebook", { accessToken: await providers.tokenOf(profile(profiles.facebook)) }],
  ] as const) {
    const answer = await linkToken(service, provider, { ...body, password: PASSWORD }, token);
    expect(answer.status).toBe(200);
  }
  return { email };
}

describe("POST /reset-password", () => {
  it("keeps identities whose provider verified the address, removes every other one, and mails the owner", async () => {
    const { email } = await linkedMember({ github: {}, google: { email: newAddress() }, facebook: {} });
    await resetPassword(email);
    // Facebook does not assert that the address is verified, and Google verified another address.
    expect(await identitiesOf(email)).toEqual(["github"]);
    expect(await removalsOf(email)).toEqual([{ provider: "facebook" }, { provider: "google" }]);
    const [mail, ...earlier] = await mailTo(service, email);
    expect(mail?.subject).toBe("Your password for Gatehouse was changed");
    expect(mail?.text).toContain(ALSO_REMOVED);
    expect(earlier.filter(({ subject }) => subject === mail?.subject)).toEqual([]);
  });

  it("removes no identity and mentions none if all providers verified the address in any spelling", async () => {
    const { email, token } = await registerAndLogIn(service);
    const verified = socialUser({ email: email.toUpperCase() });
    const body = { accessToken: await providers.tokenOf(verified), password: PASSWORD };
    await linkToken(service, "github", body, token);
    await resetPassword(email);
    expect(await identitiesOf(email)).toEqual(["github"]);
    expect(await removalsOf(email)).toEqual([]);
    expect((await mailTo(service, email))[0]?.text).not.toContain(ALSO_REMOVED);
  });

  it("removes identities with an unverified address or with another address", async () => {
    const { email, token } = await registerAndLogIn(service);
    const unverified = socialUser({ email, verified: false });
    const idToken = await idTokenOf("oidc", unverified);
    await linkToken(service, "oidc", { idToken, password: PASSWORD }, token);
    const otherAddress = { accessToken: await providers.tokenOf(socialUser({ verified: false })) };
    await linkToken(service, "github", { ...otherAddress, password: PASSWORD }, token);
    await resetPassword(email);
    expect(await identitiesOf(email)).toEqual([]);
    expect((await service.post("/social/github/token", otherAddress)).body.data?.user).toBeUndefined();
  });

  it("removes a Facebook identity with the first password, and its owner can link it again", async () => {
    const user = socialUser();
    const accessToken = await providers.tokenOf(user);
    await service.post("/social/facebook/token", { accessToken });
    await resetPassword(user.email);
    expect(await identitiesOf(user.email)).toEqual([]);
    expectErrorResponse(await service.post("/social/facebook/token", { accessToken }), 409, "conflict");
    service.clock.advance(1000);
    const { token } = (await service.post("/login", { email: user.email, password: NEW_PASSWORD })).body.data;
    const link = { accessToken, password: NEW_PASSWORD };
    expect((await linkToken(service, "facebook", link, token)).status).toBe(200);
  });

  it("removes identities for one of 20 parallel uses of a token, and for no invalid token", async () => {
    const { email } = await linkedMember({ github: { verified: false }, google: {}, facebook: {} });
    const token = await resetTokenOf(email);
    expectErrorResponse(
      await service.post("/reset-password", { token: `${token}x`, newPassword: NEW_PASSWORD }),
      400,
      "token_invalid",
    );
    expect(await identitiesOf(email)).toHaveLength(3);
    const answers = await inParallel(20, () =>
      service.post("/reset-password", { token, newPassword: NEW_PASSWORD }),
    );
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 19 });
    expect(await removalsOf(email)).toHaveLength(2);
  });
});
