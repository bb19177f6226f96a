import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../support/assertions.ts";
import { APP_AUDIENCE, authorizationCodeIn, clientAppUrl, exchange } from "../../support/client-app.ts";
import { mailedCodeTo } from "../../support/one-time-codes.ts";
import { signedInPageBrowser } from "../../support/pages.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { authorizationCodeFor } from "../../support/social/inserted-rows.ts";
import { APP } from "../../support/social/providers.ts";
import { registerVerifiedUser } from "../../support/users.ts";

const variables = { ALLOWED_RETURN_URLS: APP };
const service = startService({ env: variables, clock: createTestClock() });
const always = startService({ env: { ...variables, LOGIN_OTP: "always" }, clock: service.clock });
const worker = createRpcCaller(service);

const codes: Record<string, () => Promise<string>> = {
  "a session": async () => {
    const browser = await signedInPageBrowser(service, (await registerVerifiedUser(service)).email);
    return authorizationCodeIn(await browser.send("GET", clientAppUrl("/sign-in")));
  },
  "an identity": async () =>
    authorizationCodeFor((await registerVerifiedUser(service)).email, service.clock.now()),
};

type Tokens = { readonly token: string; readonly refreshToken: string };

async function expectEnded({ token, refreshToken }: Tokens) {
  expectErrorResponse(await service.post("/refresh", { refreshToken }), 401, "refresh_invalid");
  const verified = await worker.call("verifyToken", token, { audience: APP_AUDIENCE, strict: true });
  expect(verified).toEqual({ ok: false, reason: "session_ended" });
}

describe.each(Object.entries(codes))("the authorization code of %s", (_kind, issue) => {
  it("ends the session that it opened when it is used again (ASVS 10.4.2)", async () => {
    const code = await issue();
    const { data } = (await exchange(service, code)).body;
    expectErrorResponse(await exchange(service, code), 400, "code_invalid");
    await expectEnded(data);
    expect(await env.KV.get(`deny:sid:${decodeJwt(data.token).sid}`)).toBe("1");
    const event =
      "SELECT details FROM audit_events WHERE type = 'authorization_code_reused' AND account_id = ?";
    const { results } = await env.DB.prepare(event).bind(decodeJwt(data.token).sub).all();
    expect(results).toEqual([{ details: JSON.stringify({ sessionId: decodeJwt(data.token).sid }) }]);
  });

  it("ends nothing when it is used again with a wrong code verifier or from another origin", async () => {
    const code = await issue();
    const { data } = (await exchange(service, code)).body;
    expectErrorResponse(await exchange(service, code, { codeVerifier: "x".repeat(43) }), 400, "code_invalid");
    expectErrorResponse(await exchange(service, code, {}, "https://evil.example"), 400, "code_invalid");
    expect((await service.post("/refresh", { refreshToken: data.refreshToken })).status).toBe(200);
  });

  it("opens one session for 50 parallel uses, which has ended after them", async () => {
    const code = await issue();
    const answers = await inParallel(50, () => exchange(service, code));
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
    await expectEnded(answers.find(({ status }) => status === 200)?.body.data);
  });
});

it("ends what a second factor has opened, and voids a challenge that waits, when the code is used again", async () => {
  for (const isAnswered of [true, false]) {
    const { email } = await registerVerifiedUser(always);
    const code = await authorizationCodeFor(email, always.clock.now());
    const { challengeId } = (await exchange(always, code)).body.data;
    const answer = { challengeId, code: await mailedCodeTo(always, email) };
    const opened = isAnswered ? (await always.post("/login/otp", answer)).body.data : null;
    expectErrorResponse(await exchange(always, code), 400, "code_invalid");
    if (opened) await expectEnded(opened);
    else expectErrorResponse(await always.post("/login/otp", answer), 400, "code_invalid");
  }
});
