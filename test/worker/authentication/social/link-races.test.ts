import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { linkToken } from "../../../support/social/link.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { PASSWORD, registerAndLogIn } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** A link at Google that waits before its batch. The batches before: lockout and password hash, then the facts. */
async function heldLink(idToken: string) {
  const { email, token } = await registerAndLogIn(service);
  const held = startWithHeldBatch(3, providers.variables, service.clock);
  const answer = linkToken(held.service, "google", { idToken, password: PASSWORD }, token);
  await held.reached;
  return { email, token, answer, release: held.release };
}

it("refuses a link by an ID token that another link has used meanwhile, also if its identity is removed again", async () => {
  const idToken = await idTokenOf("google", socialUser());
  const first = await registerAndLogIn(service);
  const second = await heldLink(idToken);
  const link = await linkToken(service, "google", { idToken, password: PASSWORD }, first.token);
  expect(link.status).toBe(200);
  const removal = await service.call("DELETE", "/api/auth/me/identities/google", undefined, first.token);
  expect(removal.status).toBe(200);
  second.release();
  expectErrorResponse(await second.answer, 400, "token_invalid");
  expect((await service.get("/me/identities", second.token)).body.data).toEqual([]);
});

it.each<[string, (link: { email: string; token: string }) => Promise<unknown>]>([
  ["the session has ended", ({ token }) => service.post("/logout", undefined, token)],
  [
    "the account has been deleted",
    ({ email }) => env.DB.prepare("DELETE FROM accounts WHERE email = ?").bind(email).run(),
  ],
])("does not use up an ID token by a link that is refused because %s meanwhile", async (_reason, change) => {
  const idToken = await idTokenOf("google", socialUser());
  const link = await heldLink(idToken);
  await change(link);
  link.release();
  expectErrorResponse(await link.answer, 401, "refresh_invalid");
  expect((await service.post("/social/google/token", { idToken })).status).toBe(200);
});
