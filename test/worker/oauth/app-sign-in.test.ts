import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import {
  APP_AUDIENCE,
  APP_ORIGIN,
  authorizationCodeIn,
  clientAppUrl,
  exchange,
  STATE,
} from "../../support/client-app.ts";
import { readAllRows } from "../../support/database-rows.ts";
import { mailedCodeTo } from "../../support/one-time-codes.ts";
import {
  formsIn,
  headingOf,
  linkOn,
  openPageBrowser,
  type PageResponse,
  signedInPageBrowser,
} from "../../support/pages.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { type Service, startService } from "../../support/service.ts";
import { consent, FROM_OWN_PAGE } from "../../support/social/browser-flow.ts";
import { CODE_CHALLENGE } from "../../support/social/client-application.ts";
import { APP, openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { linkMailedTo, newAddress, PASSWORD, register, registerVerifiedUser } from "../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const always = startService({ env: { ...providers.variables, LOGIN_OTP: "always" } });

/** The redirect carries a code, and the exchanged session has the authentication methods of the sign-in. */
async function expectClientSession(at: Service, redirect: PageResponse, email: string, amr: string[]) {
  const { searchParams } = new URL(redirect.headers.get("Location") ?? "");
  expect([...searchParams.keys()]).toEqual(["code", "state"]);
  expect(searchParams.get("state")).toBe(STATE);
  expect(redirect.headers.get("Referrer-Policy")).toBe("no-referrer");
  expect(redirect.headers.get("Cache-Control")).toBe("no-store");
  const code = authorizationCodeIn(redirect);
  expect(JSON.stringify(await readAllRows())).not.toContain(code);
  const { status, body } = await exchange(at, code);
  expect([status, body.data.user?.email, body.data.otpRequired]).toEqual([200, email, undefined]);
  expect(decodeJwt(body.data.token).amr).toEqual(amr);
  // The token is the app's: its own audience accepts it, this service's API does not.
  const verified = await createRpcCaller(at).call("verifyToken", body.data.token, {
    audience: APP_AUDIENCE,
    strict: true,
  });
  expect(verified).toMatchObject({ ok: true, session: { email } });
  expect((await at.get("/me", body.data.token)).status).toBe(401);
  return body.data;
}

const passwordField = { password: PASSWORD };

describe("sign-in for a client application", () => {
  it("issues a code after a password login", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const page = await browser.visit(clientAppUrl("/sign-in"));
    await expectClientSession(service, await browser.submit(page, { email, ...passwordField }), email, [
      "pwd",
    ]);
  });

  it("issues a code after a wrong password and a change of language", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const wrong = await browser.press(await browser.visit(clientAppUrl("/sign-in")), {
      email,
      password: "wrong",
    });
    expect(wrong.status).toBe(401);
    const [choice] = formsIn(wrong).filter(({ action }) => action === "/language");
    const redirect = await browser.post("/language", { ...choice?.values, locale: "de" });
    const german = await browser.visit(redirect.headers.get("Location") ?? "");
    expect(headingOf(german)).toBe("Anmelden");
    await expectClientSession(service, await browser.submit(german, { email, ...passwordField }), email, [
      "pwd",
    ]);
  });

  it("issues a code after the second factor, which the exchange does not require again", async () => {
    const { email } = await registerVerifiedUser(always);
    const browser = openPageBrowser(always);
    const page = await browser.submit(await browser.visit(clientAppUrl("/sign-in")), {
      email,
      ...passwordField,
    });
    expect(page.path).toMatch(/^\/sign-in\/code\?returnTo=/);
    const redirect = await browser.submit(page, { code: await mailedCodeTo(always, email) });
    await expectClientSession(always, redirect, email, ["pwd", "otp"]);
  });

  it.each(["/sign-in", "/sign-up"] as const)(
    "issues a code at %s without a form if the browser has a session",
    async (path) => {
      const { email } = await registerVerifiedUser(service);
      const browser = await signedInPageBrowser(service, email);
      const redirect = await browser.visit(clientAppUrl(path));
      await expectClientSession(service, redirect, email, ["pwd"]);
      browser.jar.delete("__Host-gh_access");
      await expectClientSession(service, await browser.visit(clientAppUrl(path)), email, ["pwd"]);
    },
  );

  it.each([
    [service, ["fed"]],
    [always, ["fed", "otp"]],
  ])("issues a code after a social login", async (at, amr) => {
    const browser = openPageBrowser(at);
    const page = await browser.visit(clientAppUrl("/sign-in"));
    const link = linkOn(page, "/api/auth/social/google/start");
    const user = socialUser();
    const redirect = await browser.send("GET", link, undefined, FROM_OWN_PAGE);
    const callbackUrl = await consent(redirect.headers.get("Location") ?? "", user);
    const callback = await browser.send("GET", callbackUrl);
    const finalPage = await browser.visit(callback.headers.get("Location") ?? "");
    const response =
      amr.length === 1
        ? finalPage
        : await browser.submit(finalPage, { code: await mailedCodeTo(at, user.email) });
    await expectClientSession(at, response, user.email, amr);
  });

  it("issues a code after registration, email verification in the same browser and sign-in", async () => {
    const browser = openPageBrowser(service);
    const email = newAddress();
    const form = await browser.visit(clientAppUrl("/sign-up"));
    const sent = await browser.submit(form, { name: "Ada", email, password: PASSWORD });
    expect(sent.path).toMatch(/^\/sign-up\/check-your-mail\?returnTo=/);
    const verified = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
    expect(verified.path).toBe(serializedAs(clientAppUrl("/sign-in")));
    await expectClientSession(service, await browser.submit(verified, { email, ...passwordField }), email, [
      "pwd",
    ]);
    expect(browser.jar.has("__Host-gh_way")).toBe(false);
  });

  it("issues a code after a password reset by mail", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const page = await browser.visit(clientAppUrl("/sign-in"));
    const forgotPassword = linkOn(page, "/forgot-password");
    await browser.submit(await browser.visit(forgotPassword), { email });
    const reset = await browser.visit(await linkMailedTo(service, email));
    const newPassword = "another quiet harbour";
    const redirect = await browser.submit(await browser.submit(reset, { newPassword }), {
      email,
      password: newPassword,
    });
    await expectClientSession(service, redirect, email, ["pwd"]);
  });

  it("issues a code after an unverified user has requested another verification mail", async () => {
    const { email } = await register(service);
    const browser = openPageBrowser(service);
    const unverified = await browser.submit(await browser.visit(clientAppUrl("/sign-in")), {
      email,
      ...passwordField,
    });
    expect(unverified.path).toMatch(/^\/sign-up\/check-your-mail\?returnTo=/);
    const verified = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
    await expectClientSession(service, await browser.submit(verified, { email, ...passwordField }), email, [
      "pwd",
    ]);
  });

  it("opens a child session that expires with its parent and sends no new-device notice", async () => {
    // Its own clock: an ID token of the provider would have expired a day later.
    const aged = startService({ env: providers.variables });
    const { email } = await registerVerifiedUser(aged);
    const browser = await signedInPageBrowser(aged, email);
    aged.clock.advance(24 * 60 * 60_000);
    const { token } = (
      await exchange(aged, authorizationCodeIn(await browser.visit(clientAppUrl("/sign-in"))), {}, null)
    ).body.data;
    const { sessions, outbox } = await readAllRows();
    const { sub } = decodeJwt(token);
    const accountSessions = (sessions as { account_id: string; expires_at: number }[]).filter(
      ({ account_id }) => account_id === sub,
    );
    expect([accountSessions.length, accountSessions[0]?.expires_at]).toEqual([
      2,
      accountSessions[1]?.expires_at,
    ]);
    const mails = (outbox as { account_id: string; kind: string }[]).filter(
      (mail) => mail.account_id === sub && mail.kind === "new_device_sign_in",
    );
    expect(mails).toEqual([]);
  });
});

describe("return target", () => {
  it("redirects without a code if the request has no code challenge", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const redirect = await browser.visit(`/sign-in?returnTo=${encodeURIComponent(APP)}`);
    expect(redirect.headers.get("Location")).toBe(APP);
  });

  it("redirects to a page of this service without a code", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const { path } = await browser.visit(clientAppUrl("/sign-in", { returnTo: "/account/profile" }));
    expect(path).toBe("http://gatehouse.test/account/profile");
  });

  it("prefers the returnTo of a mailed link to the pending redirect cookie, which a new request without one deletes", async () => {
    const browser = openPageBrowser(service);
    const email = newAddress();
    await browser.submit(await browser.visit(clientAppUrl("/sign-up")), {
      name: "Ada",
      email,
      password: PASSWORD,
    });
    const link = await linkMailedTo(service, email);
    const own = await browser.visit(`${link}&returnTo=/account/phone`);
    expect((await browser.submit(own)).path).toContain(encodeURIComponent("/account/phone"));
    await browser.submit(await browser.visit("/forgot-password"), { email });
    expect(browser.jar.has("__Host-gh_way")).toBe(false);
  });

  it("refuses an invalid code challenge, state or returnTo before sign-in", async () => {
    for (const more of [
      { codeChallenge: "" },
      { codeChallenge: "too-short" },
      { codeChallenge: `${CODE_CHALLENGE}=` },
      { codeChallenge: `${CODE_CHALLENGE.slice(1)}+` },
      { state: "" },
      { state: "a\r\nSet-Cookie: x=y" },
      { state: "a b" },
      { state: "ä" },
      { state: "x".repeat(513) },
      { returnTo: "https://evil.example/" },
      { returnTo: `${APP_ORIGIN}/elsewhere` },
      { returnTo: "" },
    ]) {
      for (const [page, language, title] of [
        ["/sign-in", "en", "This sign-in cannot lead back"],
        ["/sign-up", "de", "Diese Anmeldung kann nicht zurückführen"],
      ] as const) {
        const shown = await openPageBrowser(service, { language }).visit(clientAppUrl(page, more));
        expect([shown.status, headingOf(shown)], JSON.stringify(more)).toEqual([400, title]);
        expect(shown.headers.get("Location")).toBeNull();
      }
    }
  });

  it("keeps a state of 512 characters through a social login and a mailed link", async () => {
    const state = "%".repeat(512);
    const browser = openPageBrowser(service);
    const page = await browser.visit(clientAppUrl("/sign-up", { state }));
    const link = linkOn(page, "/api/auth/social/github/start");
    const redirect = await browser.send("GET", link, undefined, FROM_OWN_PAGE);
    expect(redirect.status).toBe(302);
    const email = newAddress();
    await browser.submit(page, { name: "Ada", email, password: PASSWORD });
    expect(browser.jar.get("__Host-gh_way")?.length).toBeLessThan(4000);
    const verified = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
    const response = await browser.submit(verified, { email, ...passwordField });
    expect(new URL(response.headers.get("Location") ?? "").searchParams.get("state")).toBe(state);
  });
});

/** A URL with its query encoded as the pages encode it. */
function serializedAs(url: string): string {
  const [path, query] = url.split("?");
  const parts = [...new URLSearchParams(query)].map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}`,
  );
  return `${path}?${parts.join("&")}`;
}
