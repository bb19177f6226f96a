import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/parallel.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { startService } from "../../../support/service.ts";
import { VERIFIER } from "../../../support/social/app.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { authorizationCodeFor } from "../../../support/social/inserted-rows.ts";
import { linkToken } from "../../../support/social/link.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { mailTo, newAddress, PASSWORD, signedInMember, tokenMailedTo } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const NEW_PASSWORD = "another quiet harbour";
const ALSO_REMOVED = "Providers that signed you in without having confirmed this address";

const resetTokenOf = async (email: string) => {
  service.clock.advance(60_000);
  await service.post("/forgot-password", { email });
  return tokenMailedTo(service, email);
};
const reset = async (email: string) => {
  const answer = await service.post("/reset-password", {
    token: await resetTokenOf(email),
    newPassword: NEW_PASSWORD,
  });
  expect(answer.status).toBe(200);
};

const ofAccount = "account_id = (SELECT id FROM accounts WHERE email = ?)";
const identitiesOf = async (email: string): Promise<unknown[]> =>
  (
    await env.DB.prepare(`SELECT provider FROM identities WHERE ${ofAccount} ORDER BY provider`)
      .bind(email)
      .all()
  ).results.map(({ provider }) => provider);
const removalsOf = async (email: string): Promise<unknown[]> =>
  (
    await env.DB.prepare(
      `SELECT details FROM audit_events WHERE type = 'identity_removed' AND ${ofAccount} ORDER BY details`,
    )
      .bind(email)
      .all<{ details: string }>()
  ).results.map(({ details }) => JSON.parse(details));

/** Somebody whom GitHub, Google and Facebook sign in. */
async function linkedMember(at: { github: object; google: object; facebook: object }) {
  const { email, token } = await signedInMember(service);
  const own = (more: object) => socialUser({ email, ...more });
  for (const [provider, body] of [
    ["github", { accessToken: await providers.tokenOf(own(at.github)) }],
    ["google", { idToken: await idTokenOf("google", own(at.google)) }],
    ["facebook", { accessToken: await providers.tokenOf(own(at.facebook)) }],
  ] as const) {
    const answer = await linkToken(service, provider, { ...body, password: PASSWORD }, token);
    expect(answer.status).toBe(200);
  }
  return { email };
}

describe("a reset", () => {
  it("leaves what the mailbox vouches for, and takes every other way in away, with a word to its owner", async () => {
    const { email } = await linkedMember({ github: {}, google: { email: newAddress() }, facebook: {} });
    await reset(email);
    // Facebook does not say that the address was confirmed, and Google confirmed another one.
    expect(await identitiesOf(email)).toEqual(["github"]);
    expect(await removalsOf(email)).toEqual([{ provider: "facebook" }, { provider: "google" }]);
    const [mail, ...earlier] = await mailTo(service, email);
    expect(mail?.subject).toBe("Your password for Gatehouse was changed");
    expect(mail?.text).toContain(ALSO_REMOVED);
    expect(earlier.filter(({ subject }) => subject === mail?.subject)).toEqual([]);
  });

  it("says nothing of ways in where all of them are the mailbox's own, however it is written", async () => {
    const { email, token } = await signedInMember(service);
    const own = socialUser({ email: email.toUpperCase() });
    const body = { accessToken: await providers.tokenOf(own), password: PASSWORD };
    await linkToken(service, "github", body, token);
    await reset(email);
    expect(await identitiesOf(email)).toEqual(["github"]);
    expect(await removalsOf(email)).toEqual([]);
    expect((await mailTo(service, email))[0]?.text).not.toContain(ALSO_REMOVED);
  });

  it("takes away what an unverified address was linked by, and what is not known", async () => {
    const { email, token } = await signedInMember(service);
    const claimed = socialUser({ email, verified: false });
    const idToken = await idTokenOf("oidc", claimed);
    await linkToken(service, "oidc", { idToken, password: PASSWORD }, token);
    const stranger = { accessToken: await providers.tokenOf(socialUser({ verified: false })) };
    await linkToken(service, "github", { ...stranger, password: PASSWORD }, token);
    await reset(email);
    expect(await identitiesOf(email)).toEqual([]);
    expect((await service.post("/social/github/token", stranger)).body.data?.user).toBeUndefined();
  });

  it("that chooses a first password does the same: who came by Facebook links it again", async () => {
    const person = socialUser();
    const accessToken = await providers.tokenOf(person);
    await service.post("/social/facebook/token", { accessToken });
    await reset(person.email);
    expect(await identitiesOf(person.email)).toEqual([]);
    expectRefusal(await service.post("/social/facebook/token", { accessToken }), 409, "conflict");
    service.clock.advance(1000);
    const { token } = (await service.post("/login", { email: person.email, password: NEW_PASSWORD })).body
      .data;
    const again = { accessToken, password: NEW_PASSWORD };
    expect((await linkToken(service, "facebook", again, token)).status).toBe(200);
  });

  it("kills the codes that an identity was given, those of one that stays as well", async () => {
    for (const stays of [true, false]) {
      const { email } = await signedInMember(service);
      const token = await resetTokenOf(email);
      const code = await authorizationCodeFor(email, service.clock.now());
      if (!stays)
        await env.DB.prepare(`UPDATE identities SET email = NULL WHERE ${ofAccount}`).bind(email).run();
      await service.post("/reset-password", { token, newPassword: NEW_PASSWORD });
      expect(await identitiesOf(email)).toEqual(stays ? ["github"] : []);
      expectRefusal(await service.post("/exchange", { code, codeVerifier: VERIFIER }), 400, "code_invalid");
    }
  });

  it("of a dead link takes nothing away, and of 20 uses at once one does", async () => {
    const { email } = await linkedMember({ github: { verified: false }, google: {}, facebook: {} });
    const token = await resetTokenOf(email);
    expectRefusal(
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
