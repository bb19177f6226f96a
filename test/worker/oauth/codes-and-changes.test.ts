import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { openBrowser } from "../../support/browser.ts";
import { authorizationCodeIn, clientAppUrl, exchange } from "../../support/client-app.ts";
import { startWithHeldBatch } from "../../support/d1.ts";
import { mailedCodeTo, startSecondFactor } from "../../support/one-time-codes.ts";
import { signedInPageBrowser } from "../../support/pages.ts";
import { createTestClock, type Service, startService } from "../../support/service.ts";
import { returnFromProvider, startRedirect } from "../../support/social/browser-flow.ts";
import { CLIENT_APP_QUERY } from "../../support/social/client-application.ts";
import { authorizationCodeFor } from "../../support/social/inserted-rows.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { accountIdOf, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables, clock: createTestClock() });

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();
const codesOf = async (accountId: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM authorization_codes WHERE account_id = ?")
    .bind(accountId)
    .first<number>("n");

type Held = { readonly token: string; readonly refreshToken: string; readonly id: string };

/** What happens between the refresh of the page's token and the batch that issues a code for its successor. */
const changes: Record<string, (held: Held) => Promise<unknown>> = {
  "its session is signed out": ({ token }) => service.post("/logout", undefined, token),
  "its token is rotated twice more": async ({ refreshToken }) => {
    let next = refreshToken;
    for (let times = 0; times < 3; times += 1)
      next = (await service.post("/refresh", { refreshToken: next })).body.data.refreshToken;
  },
  "its session expires": ({ id }) =>
    run("UPDATE sessions SET expires_at = ? WHERE id = ?", service.clock.now(), id),
  "its session becomes that of an app": ({ id }) =>
    run("UPDATE sessions SET client_id = 'https://app.example.com' WHERE id = ?", id),
  "its account is deactivated, and its session not ended yet": ({ id }) =>
    run(
      "UPDATE accounts SET status = 'deactivated' WHERE id = (SELECT account_id FROM sessions WHERE id = ?)",
      id,
    ),
};

describe("a page that is about to issue a code", () => {
  it.each(Object.entries(changes))("issues none if meanwhile %s", async (_change, change) => {
    const { token, refreshToken } = await registerAndLogIn(service);
    const { sid, sub } = decodeJwt(token);
    // The first batch refreshes the session; the second issues the code.
    const held = startWithHeldBatch(2, providers.variables, service.clock);
    const Cookie = `__Host-gh_refresh=${refreshToken}`;
    const answer = held.service.call("GET", clientAppUrl("/sign-in"), undefined, undefined, { Cookie });
    await held.reached;
    await change({ token, refreshToken, id: String(sid) });
    held.release();
    // The sign-in form, and not the page for too many codes.
    const { status, headers } = await answer;
    expect([status, headers.get("Location")]).toEqual([200, null]);
    expect(await codesOf(String(sub))).toBe(0);
  });
});

it("a social login issues no code for an account that is deactivated meanwhile, while another user has one", async () => {
  const user = socialUser();
  await service.post("/social/github/token", { accessToken: await providers.tokenOf(user) });
  await providers.setUser(user);
  await authorizationCodeFor((await registerVerifiedUser(service)).email, service.clock.now());
  const held = startWithHeldBatch(2, providers.variables, service.clock);
  const browser = openBrowser(held.service);
  const answer = returnFromProvider(browser, await startRedirect(browser, "github", user, CLIENT_APP_QUERY));
  await held.reached;
  await run("UPDATE accounts SET status = 'deactivated' WHERE email = ?", user.email);
  held.release();
  expectErrorResponse(await answer, 403, "account_deactivated");
  expect(await codesOf(await accountIdOf(user.email))).toBe(0);
});

describe("the second use of a code", () => {
  const isRefreshed = async (at: Service, refreshToken: string) =>
    (await at.post("/refresh", { refreshToken })).status === 200;

  it("ends the app's session also if the session that the code was issued for has expired", async () => {
    const clock = createTestClock();
    const short = startService({ env: { ...providers.variables, REFRESH_IDLE_TTL: "60" }, clock });
    const { email } = await registerVerifiedUser(short);
    const browser = await signedInPageBrowser(short, email);
    const code = authorizationCodeIn(await browser.send("GET", clientAppUrl("/sign-in")));
    await run(
      "UPDATE sessions SET idle_expires_at = ? WHERE account_id = ?",
      clock.now() + 30_000,
      await accountIdOf(email),
    );
    const { refreshToken } = (await exchange(short, code)).body.data;
    clock.advance(30_000);
    expectErrorResponse(await exchange(short, code), 400, "code_invalid");
    expect(await isRefreshed(short, refreshToken)).toBe(false);
  });

  it("leaves a sign-in alone that waits for its second factor without the code", async () => {
    const always = startService({
      env: { ...providers.variables, LOGIN_OTP: "always" },
      clock: service.clock,
    });
    const { email } = await registerVerifiedUser(always);
    const code = await authorizationCodeFor(email, always.clock.now());
    const { challengeId } = (await exchange(always, code)).body.data;
    const first = { challengeId, code: await mailedCodeTo(always, email) };
    const { refreshToken } = (await always.post("/login/otp", first)).body.data;
    const waiting = await startSecondFactor(always, email);
    expectErrorResponse(await exchange(always, code), 400, "code_invalid");
    expect(await isRefreshed(always, refreshToken)).toBe(false);
    expect((await always.post("/login/otp", waiting)).status).toBe(200);
  });

  it("leaves the sessions of other codes alone", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const issue = async () => authorizationCodeIn(await browser.send("GET", clientAppUrl("/sign-in")));
    const [first, second] = [await issue(), await issue()];
    const other = (await exchange(service, first)).body.data;
    const own = (await exchange(service, second)).body.data;
    expectErrorResponse(await exchange(service, second), 400, "code_invalid");
    expectErrorResponse(await exchange(service, second), 400, "code_invalid");
    expect(await isRefreshed(service, own.refreshToken)).toBe(false);
    expect(await isRefreshed(service, other.refreshToken)).toBe(true);
  });
});
