import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { type Service, startService } from "../../../support/service.ts";
import { linkGitHub } from "../../../support/social/inserted-rows.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { logIn, registerAndLogIn } from "../../../support/users.ts";

const providers = openProviders();
// Without email codes, an identity can be the last sign-in method.
const service = startService({ env: { ...providers.variables, SIGN_IN_METHODS: "password,social" } });

const removeGitHub = (token: string, at: Service = service) =>
  at.call("DELETE", "/api/auth/me/identities/github", undefined, token);
const statusesOf = async (...tokens: string[]) => {
  const statuses: number[] = [];
  for (const token of tokens) statuses.push((await service.get("/me", token)).status);
  return statuses;
};
const providersOf = async (token: string): Promise<string[]> =>
  (await service.get("/me/identities", token)).body.data.map(
    ({ provider }: { provider: string }) => provider,
  );

describe("the removal of an identity", () => {
  it("ends the owner's other sessions, keeps that of the request, and ends no other user's", async () => {
    const { email, token } = await registerAndLogIn(service);
    await linkGitHub(email);
    const otherUser = await registerAndLogIn(service);
    await linkGitHub(otherUser.email);
    const other = await logIn(service, email);
    expect((await removeGitHub(token)).status).toBe(200);
    expect(await statusesOf(token, other.token, otherUser.token)).toEqual([200, 401, 200]);
    expect(await providersOf(otherUser.token)).toEqual(["github"]);
  });

  it("is recorded in the audit log with its provider", async () => {
    const { email, token } = await registerAndLogIn(service);
    await linkGitHub(email);
    expect((await removeGitHub(token)).status).toBe(200);
    const { results } = await env.DB.prepare(
      "SELECT details FROM audit_events WHERE type = 'identity_removed' AND account_id = (SELECT id FROM accounts WHERE email = ?)",
    )
      .bind(email)
      .all<{ details: string }>();
    expect(results.map(({ details }) => JSON.parse(details))).toEqual([{ provider: "github" }]);
  });

  it("ends no session if it is refused, because the identity is the last sign-in method", async () => {
    // The password of another account is no sign-in method of this one.
    await registerAndLogIn(service);
    const accessToken = await providers.tokenOf(socialUser());
    const signIn = async () => (await service.post("/social/github/token", { accessToken })).body.data.token;
    const [token, other] = [await signIn(), await signIn()];
    expectErrorResponse(await removeGitHub(token), 409, "last_sign_in_method");
    expect(await statusesOf(token, other)).toEqual([200, 200]);
    expect(await providersOf(token)).toEqual(["github"]);
  });

  it("is refused and ends no session if the session of the request ends meanwhile", async () => {
    const { email, token } = await registerAndLogIn(service);
    await linkGitHub(email);
    const other = await logIn(service, email);
    const held = startWithHeldBatch(1, providers.variables, service.clock);
    const removal = removeGitHub(token, held.service);
    await held.reached;
    await service.post("/logout", undefined, token);
    held.release();
    expectErrorResponse(await removal, 403, "reauthentication_required");
    expect(await statusesOf(other.token)).toEqual([200]);
    expect(await providersOf(other.token)).toEqual(["github"]);
  });
});
