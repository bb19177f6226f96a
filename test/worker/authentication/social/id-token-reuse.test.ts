import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { countSessions } from "../../../support/database-rows.ts";
import { EVERY_HOUR, HOUR } from "../../../support/outbox.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { PASSWORD, registerAndLogIn } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const forged = await openForgedIssuer();

it.each([
  ["of a new user", false],
  ["of a known user", true],
])("opens one session for 50 parallel sign-ins %s with one ID token", async (_title, isKnown) => {
  const user = socialUser();
  if (isKnown) await service.post("/social/google/token", { idToken: await idTokenOf("google", user) });
  const idToken = await idTokenOf("google", user);
  const answers = await inParallel(50, () => service.post("/social/google/token", { idToken }));
  expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
  expect(await countSessions(user.email)).toBe(isKnown ? 2 : 1);
  const accounts = await env.DB.prepare("SELECT count(*) AS n FROM accounts WHERE email = ?")
    .bind(user.email)
    .first<{ n: number }>();
  expect(accounts?.n).toBe(1);
});

it("refuses an ID token for a second sign-in, also with a changed signature encoding, and for a link", async () => {
  const idToken = await idTokenOf("google", socialUser());
  expect((await service.post("/social/google/token", { idToken })).status).toBe(200);
  expectErrorResponse(await service.post("/social/google/token", { idToken }), 400, "token_invalid");
  const padded = await service.post("/social/google/token", { idToken: `${idToken}=` });
  expectErrorResponse(padded, 400, "token_invalid");
  const { token } = await registerAndLogIn(service);
  const link = await service.post("/me/identities/google", { idToken, password: PASSWORD }, token);
  expectErrorResponse(link, 400, "token_invalid");
});

it("refuses an ID token for a sign-in after a link", async () => {
  const idToken = await idTokenOf("google", socialUser());
  const { token, email } = await registerAndLogIn(service);
  const link = await service.post("/me/identities/google", { idToken, password: PASSWORD }, token);
  expect(link.status).toBe(200);
  const sessions = await countSessions(email);
  expectErrorResponse(await service.post("/social/google/token", { idToken }), 400, "token_invalid");
  expect(await countSessions(email)).toBe(sessions);
});

it("does not use up an ID token by a refused sign-in", async () => {
  const { email, token } = await registerAndLogIn(service);
  const user = socialUser({ email, hd: null });
  const idToken = await idTokenOf("google", user);
  expectErrorResponse(await service.post("/social/google/token", { idToken }), 409, "conflict");
  const link = await service.post("/me/identities/google", { idToken, password: PASSWORD }, token);
  expect(link.status).toBe(200);
});

it("accepts an ID token only with the nonce that the application gives", async () => {
  const at = startService({ env: forged.variables });
  await forged.answer(forged.metadata, forged.keySet);
  const post = async (claims: object, nonce?: string) =>
    at.post("/social/oidc/token", { idToken: await forged.sign({ sub: "with-nonce", ...claims }), nonce });
  expectErrorResponse(await post({ nonce: "another" }, "the-nonce"), 400, "token_invalid");
  expectErrorResponse(await post({}, "the-nonce"), 400, "token_invalid");
  expect((await post({ nonce: "the-nonce" }, "the-nonce")).status).toBe(200);
});

it("deletes the record of a used ID token when the token has expired", async () => {
  const at = startService({ env: providers.variables });
  const idToken = await idTokenOf("google", socialUser());
  expect((await at.post("/social/google/token", { idToken })).status).toBe(200);
  const count = async () =>
    (await env.DB.prepare("SELECT count(*) AS n FROM used_id_tokens").first<{ n: number }>())?.n ?? 0;
  const before = await count();
  await at.runCron(EVERY_HOUR);
  expect(await count()).toBe(before);
  at.clock.advance(2 * HOUR);
  await at.runCron(EVERY_HOUR);
  expect(await count()).toBe(0);
});
