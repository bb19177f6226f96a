import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { APP_ORIGIN, codeIn, exchange, fromApp, STATE } from "../../support/app-pages.ts";
import { formsIn, linkOn, openPages, type Shown, signedInPages, titleOf } from "../../support/pages.ts";
import { codeMailedTo } from "../../support/second-factor.ts";
import { type Service, startService } from "../../support/service.ts";
import { CHALLENGE } from "../../support/social/app.ts";
import { consent, FROM_OWN_PAGE } from "../../support/social/browser-flow.ts";
import { APP, openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { allRows } from "../../support/tables.ts";
import { linkMailedTo, member, newAddress, PASSWORD, register } from "../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const always = startService({ env: { ...providers.variables, LOGIN_OTP: "always" } });

/** The app has its person, who has proven as much as on our page. */
async function expectArrival(of: Service, back: Shown, email: string, amr: string[]) {
  const { searchParams } = new URL(back.headers.get("Location") ?? "");
  expect([...searchParams.keys()]).toEqual(["code", "state"]);
  expect(searchParams.get("state")).toBe(STATE);
  expect(back.headers.get("Referrer-Policy")).toBe("no-referrer");
  expect(back.headers.get("Cache-Control")).toBe("no-store");
  const code = codeIn(back);
  expect(JSON.stringify(await allRows())).not.toContain(code);
  const { status, body } = await exchange(of, code);
  expect([status, body.data.user?.email, body.data.otpRequired]).toEqual([200, email, undefined]);
  expect(decodeJwt(body.data.token).amr).toEqual(amr);
  expect((await of.get("/me", body.data.token)).body.data.email).toBe(email);
  return body.data;
}

const signIn = { password: PASSWORD };

describe("an app on another origin gets people back signed in", () => {
  it("by their password", async () => {
    const { email } = await member(service);
    const browser = openPages(service);
    const page = await browser.visit(fromApp("/sign-in"));
    await expectArrival(service, await browser.submit(page, { email, ...signIn }), email, ["pwd"]);
  });

  it("after a wrong password, and the switch of languages", async () => {
    const { email } = await member(service);
    const browser = openPages(service);
    const wrong = await browser.press(await browser.visit(fromApp("/sign-in")), { email, password: "wrong" });
    expect(wrong.status).toBe(401);
    const [choice] = formsIn(wrong).filter(({ action }) => action === "/language");
    const back = await browser.post("/language", { ...choice?.values, locale: "de" });
    const german = await browser.visit(back.headers.get("Location") ?? "");
    expect(titleOf(german)).toBe("Anmelden");
    await expectArrival(service, await browser.submit(german, { email, ...signIn }), email, ["pwd"]);
  });

  it("by the mailed code, which is not asked for a second time", async () => {
    const { email } = await member(always);
    const browser = openPages(always);
    const page = await browser.submit(await browser.visit(fromApp("/sign-in")), { email, ...signIn });
    expect(page.path).toMatch(/^\/sign-in\/code\?returnTo=/);
    const back = await browser.submit(page, { code: await codeMailedTo(always, email) });
    await expectArrival(always, back, email, ["pwd", "otp"]);
  });

  it.each(["/sign-in", "/sign-up"] as const)(
    "at once by %s, where the browser has a session",
    async (path) => {
      const { email } = await member(service);
      const browser = await signedInPages(service, email);
      const back = await browser.visit(fromApp(path));
      await expectArrival(service, back, email, ["pwd"]);
      browser.jar.delete("__Host-gh_access");
      await expectArrival(service, await browser.visit(fromApp(path)), email, ["pwd"]);
    },
  );

  it.each([
    [service, ["fed"]],
    [always, ["fed", "otp"]],
  ])("by a provider's button", async (of, amr) => {
    const browser = openPages(of);
    const page = await browser.visit(fromApp("/sign-in"));
    const link = linkOn(page, "/api/auth/social/google/start");
    const person = socialUser();
    const away = await browser.send("GET", link, undefined, FROM_OWN_PAGE);
    const there = await consent(away.headers.get("Location") ?? "", person);
    const callback = await browser.send("GET", there);
    const landed = await browser.visit(callback.headers.get("Location") ?? "");
    const back =
      amr.length === 1
        ? landed
        : await browser.submit(landed, { code: await codeMailedTo(of, person.email) });
    await expectArrival(of, back, person.email, amr);
  });

  it("as a new person, who signs up, opens the mail in this browser and signs in", async () => {
    const browser = openPages(service);
    const email = newAddress();
    const form = await browser.visit(fromApp("/sign-up"));
    const sent = await browser.submit(form, { name: "Ada", email, password: PASSWORD });
    expect(sent.path).toMatch(/^\/sign-up\/check-your-mail\?returnTo=/);
    const verified = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
    expect(verified.path).toBe(fromWays(fromApp("/sign-in")));
    await expectArrival(service, await browser.submit(verified, { email, ...signIn }), email, ["pwd"]);
    expect(browser.jar.has("__Host-gh_way")).toBe(false);
  });

  it("who forgot their password, and sets a new one by the mail", async () => {
    const { email } = await member(service);
    const browser = openPages(service);
    const page = await browser.visit(fromApp("/sign-in"));
    const forgot = linkOn(page, "/forgot-password");
    await browser.submit(await browser.visit(forgot), { email });
    const reset = await browser.visit(await linkMailedTo(service, email));
    const newPassword = "another quiet harbour";
    const back = await browser.submit(await browser.submit(reset, { newPassword }), {
      email,
      password: newPassword,
    });
    await expectArrival(service, back, email, ["pwd"]);
  });

  it("who had not confirmed their address, and asks for another mail", async () => {
    const { email } = await register(service);
    const browser = openPages(service);
    const early = await browser.submit(await browser.visit(fromApp("/sign-in")), { email, ...signIn });
    expect(early.path).toMatch(/^\/sign-up\/check-your-mail\?returnTo=/);
    const verified = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
    await expectArrival(service, await browser.submit(verified, { email, ...signIn }), email, ["pwd"]);
  });

  it("in a session that ends with theirs at the latest, is in their list, and makes no news", async () => {
    const { email } = await member(service);
    const browser = await signedInPages(service, email);
    service.clock.advance(24 * 60 * 60_000);
    const { token } = (await exchange(service, codeIn(await browser.visit(fromApp("/sign-in"))), {}, null))
      .body.data;
    const { sessions, outbox } = await allRows();
    const { sub } = decodeJwt(token);
    const own = (sessions as { account_id: string; expires_at: number }[]).filter(
      ({ account_id }) => account_id === sub,
    );
    expect([own.length, own[0]?.expires_at]).toEqual([2, own[1]?.expires_at]);
    const mails = (outbox as { account_id: string; kind: string }[]).filter(
      (mail) => mail.account_id === sub && mail.kind === "new_device_sign_in",
    );
    expect(mails).toEqual([]);
  });
});

describe("the way on", () => {
  it("carries no code without a challenge: an app of the same site has the cookies", async () => {
    const { email } = await member(service);
    const browser = await signedInPages(service, email);
    const back = await browser.visit(`/sign-in?returnTo=${encodeURIComponent(APP)}`);
    expect(back.headers.get("Location")).toBe(APP);
  });

  it("to a page of this service needs no code, whatever it says", async () => {
    const { email } = await member(service);
    const browser = await signedInPages(service, email);
    const { path } = await browser.visit(fromApp("/sign-in", { returnTo: "/account/profile" }));
    expect(path).toBe("http://gatehouse.test/account/profile");
  });

  it("of an address wins over what the browser kept, and a new mail without one forgets it", async () => {
    const browser = openPages(service);
    const email = newAddress();
    await browser.submit(await browser.visit(fromApp("/sign-up")), {
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

  it("that no code could come back by is refused before anybody signs in", async () => {
    for (const more of [
      { codeChallenge: "" },
      { codeChallenge: "too-short" },
      { codeChallenge: `${CHALLENGE}=` },
      { codeChallenge: `${CHALLENGE.slice(1)}+` },
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
        const shown = await openPages(service, { language }).visit(fromApp(page, more));
        expect([shown.status, titleOf(shown)], JSON.stringify(more)).toEqual([400, title]);
        expect(shown.headers.get("Location")).toBeNull();
      }
    }
  });

  it("may have 512 characters of state, through a provider and the mail as well", async () => {
    const state = "%".repeat(512);
    const browser = openPages(service);
    const page = await browser.visit(fromApp("/sign-up", { state }));
    const link = linkOn(page, "/api/auth/social/github/start");
    const away = await browser.send("GET", link, undefined, FROM_OWN_PAGE);
    expect(away.status).toBe(302);
    const email = newAddress();
    await browser.submit(page, { name: "Ada", email, password: PASSWORD });
    expect(browser.jar.get("__Host-gh_way")?.length).toBeLessThan(4000);
    const verified = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
    const back = await browser.submit(verified, { email, ...signIn });
    expect(new URL(back.headers.get("Location") ?? "").searchParams.get("state")).toBe(state);
  });
});

/** An address as the pages write it. */
function fromWays(address: string): string {
  const [path, query] = address.split("?");
  const parts = [...new URLSearchParams(query)].map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}`,
  );
  return `${path}?${parts.join("&")}`;
}
