import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/parallel.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { linkToken } from "../../../support/social/link.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { mailTo, PASSWORD, signedInMember, tokenMailedTo } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

const list = async (token: string): Promise<{ provider: string }[]> =>
  (await service.get("/me/identities", token)).body.data;
const remove = (provider: string, token: string) =>
  service.call("DELETE", `/api/auth/me/identities/${provider}`, undefined, token);

/** Somebody without a password, with an identity at GitHub and one at Google. */
async function twoIdentities() {
  const person = socialUser();
  const accessToken = await providers.tokenOf(person);
  const { token, refreshToken } = (await service.post("/social/github/token", { accessToken })).body.data;
  const idToken = await idTokenOf("google", socialUser());
  const linked = await linkToken(service, "google", { idToken, refreshToken }, token);
  if (linked.status !== 200) throw new Error(`linking answered ${linked.status}: ${linked.text}`);
  return { person, token };
}

describe("DELETE /me/identities/:provider", () => {
  it("takes a way in away, and tells its owner", async () => {
    const { person, token } = await twoIdentities();
    expect((await remove("google", token)).status).toBe(200);
    expect((await list(token)).map(({ provider }) => provider)).toEqual(["github"]);
    expect((await mailTo(service, person.email))[0]?.subject).toBe(
      "Google no longer signs you in to Gatehouse",
    );
  });

  it("keeps the last way in of an account without a password", async () => {
    const { token } = await twoIdentities();
    await remove("google", token);
    expectRefusal(await remove("github", token), 409, "last_sign_in_method");
    expect(await list(token)).toHaveLength(1);
  });

  it("leaves one of two that are removed at once", async () => {
    const { token } = await twoIdentities();
    const answers = await inParallel(20, (at) => remove(at % 2 ? "google" : "github", token));
    expect(statusCounts(answers)[200]).toBe(1);
    expect(await list(token)).toHaveLength(1);
  });

  it("does not count a provider that is off for a way in", async () => {
    const { token } = await twoIdentities();
    const gitHubAlone = startService({
      env: Object.fromEntries(Object.entries(providers.variables).filter(([name]) => !/GOOGLE/.test(name))),
      clock: service.clock,
    });
    const answer = await gitHubAlone.call("DELETE", "/api/auth/me/identities/github", undefined, token);
    expectRefusal(answer, 409, "last_sign_in_method");
    expect(
      (await gitHubAlone.call("DELETE", "/api/auth/me/identities/google", undefined, token)).status,
    ).toBe(200);
  });

  it("lets the last identity go once there is a password", async () => {
    const person = socialUser();
    const accessToken = await providers.tokenOf(person);
    await service.post("/social/github/token", { accessToken });
    await service.post("/forgot-password", { email: person.email });
    const reset = { token: await tokenMailedTo(service, person.email), newPassword: PASSWORD };
    await service.post("/reset-password", reset);
    const { token } = (await service.post("/login", { email: person.email, password: PASSWORD })).body.data;
    expect((await remove("github", token)).status).toBe(200);
    expect(await list(token)).toEqual([]);
    // The same person at GitHub still has the proven address, and may come in anew by it.
    expect((await service.post("/social/github/token", { accessToken })).status).toBe(200);
  });

  it("knows nothing of providers that are not linked, of other people's, and of strangers", async () => {
    const { token } = await signedInMember(service);
    await twoIdentities();
    for (const id of ["github", "apple", "__proto__"])
      expectRefusal(await remove(id, token), 404, "not_found");
    expectRefusal(await service.get("/me/identities"), 401, "unauthorized");
  });
});
