import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { linkToken } from "../../../support/social/link.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { mailTo, PASSWORD, registerAndLogIn, tokenMailedTo } from "../../../support/users.ts";

const providers = openProviders();
// Without email codes, an identity can be the last sign-in method.
const variables = { ...providers.variables, SIGN_IN_METHODS: "password,social" };
const service = startService({ env: variables });

const list = async (token: string): Promise<{ provider: string }[]> =>
  (await service.get("/me/identities", token)).body.data;
const remove = (provider: string, token: string) =>
  service.call("DELETE", `/api/auth/me/identities/${provider}`, undefined, token);

/** A user without a password, with an identity at GitHub and one at Google. */
async function twoIdentities() {
  const user = socialUser();
  const accessToken = await providers.tokenOf(user);
  const { token } = (await service.post("/social/github/token", { accessToken })).body.data;
  const idToken = await idTokenOf("google", socialUser());
  const linked = await linkToken(service, "google", { idToken }, token);
  if (linked.status !== 200) throw new Error(`linking answered ${linked.status}: ${linked.text}`);
  return { user, token };
}

describe("DELETE /me/identities/:provider", () => {
  it("removes a linked identity and notifies the owner", async () => {
    const { user, token } = await twoIdentities();
    expect((await remove("google", token)).status).toBe(200);
    expect((await list(token)).map(({ provider }) => provider)).toEqual(["github"]);
    expect((await mailTo(service, user.email))[0]?.subject).toBe(
      "Google no longer signs you in to Gatehouse",
    );
  });

  it("refuses to remove the last sign-in method of an account without a password", async () => {
    const { token } = await twoIdentities();
    await remove("google", token);
    expectErrorResponse(await remove("github", token), 409, "last_sign_in_method");
    expect(await list(token)).toHaveLength(1);
  });

  it("removes only one of two identities that are removed concurrently", async () => {
    const { token } = await twoIdentities();
    const answers = await inParallel(20, (at) => remove(at % 2 ? "google" : "github", token));
    expect(statusCounts(answers)[200]).toBe(1);
    expect(await list(token)).toHaveLength(1);
  });

  it("does not count an identity of a provider that is off as a sign-in method", async () => {
    const { token } = await twoIdentities();
    const gitHubAlone = startService({
      env: Object.fromEntries(Object.entries(variables).filter(([name]) => !/GOOGLE/.test(name))),
      clock: service.clock,
    });
    const answer = await gitHubAlone.call("DELETE", "/api/auth/me/identities/github", undefined, token);
    expectErrorResponse(answer, 409, "last_sign_in_method");
    expect(
      (await gitHubAlone.call("DELETE", "/api/auth/me/identities/google", undefined, token)).status,
    ).toBe(200);
  });

  it("removes the last identity of an account with a password", async () => {
    const user = socialUser();
    const accessToken = await providers.tokenOf(user);
    await service.post("/social/github/token", { accessToken });
    await service.post("/forgot-password", { email: user.email });
    const reset = { token: await tokenMailedTo(service, user.email), newPassword: PASSWORD };
    await service.post("/reset-password", reset);
    const { token } = (await service.post("/login", { email: user.email, password: PASSWORD })).body.data;
    expect((await remove("github", token)).status).toBe(200);
    expect(await list(token)).toEqual([]);
    // The user still has the verified address at GitHub, so a new sign-in links the identity again.
    expect((await service.post("/social/github/token", { accessToken })).status).toBe(200);
  });

  it("responds 404 for a provider that is not linked and 401 without a session", async () => {
    const { token } = await registerAndLogIn(service);
    await twoIdentities();
    for (const id of ["github", "apple", "__proto__"])
      expectErrorResponse(await remove(id, token), 404, "not_found");
    expectErrorResponse(await service.get("/me/identities"), 401, "unauthorized");
  });
});
