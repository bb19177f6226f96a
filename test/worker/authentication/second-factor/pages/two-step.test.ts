import { describe, expect, it } from "vitest";
import {
  addAuthenticator,
  logInOnKnownDevice,
  totpCodeOf,
  wrongTotpCode,
} from "../../../../support/authenticators.ts";
import { storeVerifiedPhone } from "../../../../support/factors.ts";
import {
  formsIn,
  headingOf,
  knownDeviceBrowser,
  linkOn,
  openPageBrowser,
  type PageResponse,
  signedInPageBrowser,
  unescapeHtml,
} from "../../../../support/pages.ts";
import { startService } from "../../../../support/service.ts";
import { accountIdOf, PASSWORD, registerVerifiedUser } from "../../../../support/users.ts";

const MINUTE = 60_000;
const AUTHENTICATOR = "/account/two-step/authenticator";
const service = startService();

async function userOnKnownDevice(own = service) {
  const { email } = await registerVerifiedUser(own);
  return { email, browser: await knownDeviceBrowser(own, email) };
}

const secretOn = ({ text }: PageResponse): string =>
  (/<textarea id="secret"[^>]*>([^<]+)</.exec(text)?.[1] ?? "").replaceAll(" ", "");
const codesOn = ({ text }: PageResponse): string[] =>
  /<textarea [^>]*>([^<]*)<\/textarea>/.exec(text)?.[1]?.split("\n") ?? [];
const factorsOf = async (email: string) => {
  const { results } = await service.env.DB.prepare("SELECT kind, label FROM factors WHERE account_id = ?")
    .bind(await accountIdOf(email))
    .all();
  return results;
};

/** A user who has added an authenticator by the page. */
async function userWithAuthenticator() {
  const user = await userOnKnownDevice();
  const page = await user.browser.visit(AUTHENTICATOR);
  const secret = secretOn(page);
  const fields = { code: totpCodeOf(service, secret), factorLabel: "Phone" };
  const next = await user.browser.submit(page, fields);
  service.clock.advance(30_000);
  return { ...user, secret, next };
}

describe("the page of two-step verification without scripts", () => {
  it("adds an authenticator by its first code, and offers recovery codes", async () => {
    const { email, browser } = await userOnKnownDevice();
    const empty = await browser.visit("/account/two-step");
    expect(headingOf(empty)).toBe("Two-step verification");
    expect(empty.text).toContain("You have not set up an authenticator app yet.");
    const page = await browser.visit(linkOn(empty, AUTHENTICATOR));
    expect(page.text).toMatch(/<div class="qr" role="img" aria-label="[^"]+"><svg /);
    expect(page.text).not.toMatch(/ style="/);
    const secret = secretOn(page);
    const next = await browser.submit(page, { code: totpCodeOf(service, secret), factorLabel: "Phone" });
    expect(next.path).toBe("/account/two-step/recovery-codes");
    expect(next.text).toContain("The authenticator app is added.");
    expect(await factorsOf(email)).toEqual([{ kind: "totp", label: "Phone" }]);
    const list = await browser.visit("/account/two-step");
    expect(list.text).toContain("Phone");
    expect(list.text).toContain("Never used");
    expect(list.text).toContain("You have no recovery codes.");
  });

  it("a wrong code shows the same secret again, without the code, and a code with a space is accepted", async () => {
    const { email, browser } = await userOnKnownDevice();
    const page = await browser.visit(AUTHENTICATOR);
    const secret = secretOn(page);
    const wrong = wrongTotpCode(service, secret);
    const again = await browser.submit(page, { code: wrong, factorLabel: "Phone" });
    expect(again.status).toBe(400);
    expect(secretOn(again)).toBe(secret);
    expect(again.text).toContain("This code is not correct.");
    expect(again.text).not.toContain(`value="${wrong}"`);
    expect(again.text).toContain('value="Phone"');
    const code = totpCodeOf(service, secret).replace(/^.{3}/, "$& ");
    expect((await browser.submit(again, { code })).path).toBe("/account/two-step/recovery-codes");
    expect(await factorsOf(email)).toEqual([{ kind: "totp", label: "Phone" }]);
  });

  it("a form that has expired, or was sent already, leads to a new secret", async () => {
    const { browser } = await userOnKnownDevice();
    const page = await browser.visit(AUTHENTICATOR);
    const secret = secretOn(page);
    await browser.submit(page, { code: totpCodeOf(service, secret) });
    const repeated = await browser.submit(page, { code: totpCodeOf(service, secret) });
    expect(repeated.path).toBe(AUTHENTICATOR);
    expect(secretOn(repeated)).not.toBe(secret);
    const forged = await browser.submit(repeated, { code: "123456", enrolmentToken: "forged" });
    expect(forged.path).toBe(AUTHENTICATOR);
  });

  it("each visit has a secret of its own", async () => {
    const { browser } = await userOnKnownDevice();
    const secrets = [
      secretOn(await browser.visit(AUTHENTICATOR)),
      secretOn(await browser.visit(AUTHENTICATOR)),
    ];
    expect(new Set(secrets).size).toBe(2);
  });

  it("shows new recovery codes once, as text and as a file, and warns when few are left", async () => {
    const { email, browser, next } = await userWithAuthenticator();
    const created = await browser.submit(next, {});
    const codes = codesOn(created);
    expect(codes).toHaveLength(10);
    const file = decodeURIComponent(linkOn(created, "data:text/plain"));
    for (const code of codes) expect(file).toContain(code);
    expect(file).toContain(email);
    expect(created.text).toMatch(/<a class="button" download="recovery-codes.txt"/);
    const list = await browser.visit("/account/two-step");
    expect(list.text).toContain("You have 10 unused codes.");
    expect(list.text).not.toContain(codes[0] ?? "");
    expect((await browser.visit("/account")).text).not.toContain("Unused codes");
    await service.env.DB.prepare(
      "UPDATE recovery_codes SET used_at = 1 WHERE id IN (SELECT id FROM recovery_codes WHERE account_id = ? LIMIT 7)",
    )
      .bind(await accountIdOf(email))
      .run();
    for (const path of ["/account", "/account/two-step"]) {
      expect((await browser.visit(path)).text).toContain("Unused codes left: 3.");
    }
  });

  it("renames and removes an authenticator, with the recovery codes of the last one", async () => {
    const { email, browser, next } = await userWithAuthenticator();
    await browser.submit(next, {});
    const page = await browser.visit(
      linkOn(await browser.visit("/account/two-step"), "/account/two-step/factors/"),
    );
    expect(headingOf(page)).toBe("Phone");
    expect(page.text).toContain("Your recovery codes are removed with it.");
    const renamed = await browser.submit(page, { factorLabel: "Tablet" }, "rename");
    expect([renamed.path, renamed.text.includes("Tablet")]).toEqual(["/account/two-step", true]);
    const tooLong = await browser.press(page, { factorLabel: "a".repeat(65) }, "rename");
    expect(tooLong.status).toBe(400);
    const removed = await browser.submit(page, {}, "remove");
    expect([removed.path, removed.text.includes("It is removed.")]).toEqual(["/account/two-step", true]);
    expect(await factorsOf(email)).toEqual([]);
    expect((await browser.visit(page.path)).status).toBe(404);
  });

  it("does not show the authenticator of another user", async () => {
    const { browser } = await userOnKnownDevice();
    const other = await registerVerifiedUser(service);
    const { token } = await logInOnKnownDevice(service, other.email);
    const { id } = await addAuthenticator(service, token);
    expect((await browser.visit(`/account/two-step/factors/${id}`)).status).toBe(404);
  });

  it("switches the mailed code on and off", async () => {
    const { email, browser } = await userOnKnownDevice();
    const on = await browser.submit(await browser.visit("/account/two-step"), {}, "email-on");
    expect(on.text).toContain("Turn off codes by email");
    expect(await factorsOf(email)).toEqual([{ kind: "email_otp", label: null }]);
    expect((await service.post("/login", { email, password: PASSWORD })).body.data.otpRequired).toBe(true);
    const off = await browser.submit(on, {}, "email-off");
    expect(off.text).toContain("Turn on codes by email");
    expect(await factorsOf(email)).toEqual([]);
  });

  it.each(["email-on", "email-off"])("%s takes a confirmation after ten minutes", async (act) => {
    const { browser } = await userOnKnownDevice();
    let page = await browser.visit("/account/two-step");
    if (act === "email-off") page = await browser.submit(page, {}, "email-on");
    service.clock.advance(11 * MINUTE);
    const answer = await browser.press(page, {}, act);
    expect(answer.headers.get("Location")).toBe("/account/confirm");
  });

  it.each([AUTHENTICATOR, "/account/two-step/recovery-codes"])(
    "%s takes a confirmation after ten minutes",
    async (path) => {
      const { browser } = await userOnKnownDevice();
      service.clock.advance(11 * MINUTE);
      const confirm = await browser.visit(path);
      expect(confirm.path).toBe("/account/confirm");
      expect((await browser.submit(confirm, { password: PASSWORD })).path).toBe(path);
    },
  );

  it("the confirmation leads back to the authenticator that was to be removed", async () => {
    const { browser, next } = await userWithAuthenticator();
    expect(next.status).toBe(200);
    const path = linkOn(await browser.visit("/account/two-step"), "/account/two-step/factors/");
    const page = await browser.visit(path);
    service.clock.advance(11 * MINUTE);
    const confirm = await browser.submit(page, {}, "remove");
    expect(confirm.path).toBe("/account/confirm");
    expect(browser.jar.get("__Host-gh_confirm")).toContain(encodeURIComponent(path));
  });

  it("a session that has shown the password alone on an unknown device is led to the confirmation", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const answer = await browser.send("GET", AUTHENTICATOR);
    expect(answer.headers.get("Location")).toBe("/account/confirm");
  });
});

describe("what the page of two-step verification says about the policy", () => {
  const textUnder = async (env: Record<string, string>) => {
    const own = startService({ env, clock: service.clock });
    const { browser } = await userOnKnownDevice();
    const page = await visitAt(own, browser.jar);
    return unescapeHtml(page.replace(/<[^>]+>/g, " "));
  };
  const visitAt = async (own: typeof service, jar: ReadonlyMap<string, string>) => {
    const Cookie = [...jar].map((pair) => pair.join("=")).join("; ");
    return (await own.call("GET", "/account/two-step", undefined, undefined, { Cookie })).text;
  };

  it("names what the policy requires", async () => {
    expect(await textUnder({ SECOND_FACTOR: "required" })).toContain("requires two-step verification");
    expect(await textUnder({ SECOND_FACTOR: "new_device" })).toContain("Signing in on a new device");
    const off = await textUnder({ SECOND_FACTOR: "off" });
    expect(off).toContain("This service does not ask");
    expect(off).not.toContain("Add an authenticator app");
  });

  it("a restricted session is led here, and goes on after the enrolment", async () => {
    const { email, browser } = await userOnKnownDevice();
    await service.env.DB.prepare(
      "UPDATE sessions SET restriction = 'enrol_second_factor' WHERE account_id = ?",
    )
      .bind(await accountIdOf(email))
      .run();
    const page = await browser.visit("/account/sessions");
    expect([page.path.split("?")[0], page.text.includes("Please set it up now")]).toEqual([
      "/account/two-step",
      true,
    ]);
    const adding = await browser.visit(`${AUTHENTICATOR}?returnTo=/account/sessions`);
    const next = await browser.submit(adding, { code: totpCodeOf(service, secretOn(adding)) });
    expect(next.path).toBe("/account/two-step/recovery-codes?returnTo=/account/sessions");
    expect(linkOn(await browser.submit(next, {}), "/account/sessions")).toBe("/account/sessions");
    expect((await browser.visit("/account/sessions")).path).toBe("/account/sessions");
  });

  it("leads on to the return target after the enrolment, and to no other site", async () => {
    const { browser } = await userOnKnownDevice();
    const page = await browser.visit("/account/two-step?returnTo=/account/sessions");
    expect(linkOn(page, AUTHENTICATOR)).toBe(`${AUTHENTICATOR}?returnTo=/account/sessions`);
    const adding = await browser.visit(`${AUTHENTICATOR}?returnTo=//evil.example`);
    const next = await browser.submit(adding, { code: totpCodeOf(service, secretOn(adding)) });
    expect(next.text).not.toMatch(/<a [^>]*href="\/\/evil/);
  });

  it("the last second factor cannot be removed where one is required", async () => {
    const own = startService({ env: { SECOND_FACTOR: "required" }, clock: service.clock });
    const { email, browser } = await userWithAuthenticator();
    const page = await browser.visit(
      linkOn(await browser.visit("/account/two-step"), "/account/two-step/factors/"),
    );
    const form = formsIn(page).find(({ values }) => values.act === "remove");
    const Cookie = [...browser.jar].map((pair) => pair.join("=")).join("; ");
    const headers = {
      Cookie,
      Origin: "null",
      "Sec-Fetch-Site": "same-origin",
      "Content-Type": "application/x-www-form-urlencoded",
    };
    const body = new URLSearchParams(form?.values).toString();
    const answer = await own.call("POST", page.path, body, undefined, headers);
    expect(answer.status).toBe(409);
    expect(answer.text).toContain("Please add another method before you remove this one.");
    expect(await factorsOf(email)).toHaveLength(1);
  });

  it("has no recovery codes without a second factor", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    expect((await browser.visit("/account/two-step")).text).not.toContain("Recovery codes");
  });
});

describe("the codes by text message on the page of two-step verification", () => {
  const own = startService({ env: { SECOND_FACTORS: "totp,sms_otp" }, clock: service.clock });
  const kindsOf = async (email: string) => (await factorsOf(email)).map(({ kind }) => kind);

  it("are turned on and off, once the number is verified", async () => {
    const { email, browser } = await userOnKnownDevice(own);
    const before = await browser.visit("/account/two-step");
    expect(before.text).toContain("Confirm a phone number first.");
    expect(linkOn(before, "/account/phone")).toBe("/account/phone");
    expect(formsIn(before).some(({ values }) => values.act === "sms-on")).toBe(false);
    await storeVerifiedPhone(email, "+14155550188");
    const page = await browser.visit("/account/two-step");
    expect(page.text).toContain("text a code to +14155550188");
    const on = await browser.submit(page, {}, "sms-on");
    expect([on.path, await kindsOf(email)]).toEqual(["/account/two-step", ["sms_otp"]]);
    expect(on.text).toContain("Turn off codes by text message");
    await browser.submit(on, {}, "sms-off");
    expect(await kindsOf(email)).toEqual([]);
    // In a tab that was open: it is off already.
    expect((await browser.submit(on, {}, "sms-off")).status).toBe(200);
  });

  it("ask for a confirmation first in a session by the password alone", async () => {
    const { email } = await registerVerifiedUser(own);
    await storeVerifiedPhone(email, "+14155550189");
    const browser = await signedInPageBrowser(own, email);
    const next = await browser.submit(await browser.visit("/account/two-step"), {}, "sms-on");
    expect(next.path).toBe("/account/confirm");
    expect(await kindsOf(email)).toEqual([]);
  });

  it("can be turned off, and not on, where the service does not use them any more", async () => {
    const { email, browser } = await userOnKnownDevice(own);
    await storeVerifiedPhone(email, "+14155550187");
    const without = openPageBrowser(startService({ env: { SECOND_FACTORS: "totp" }, clock: service.clock }));
    for (const [name, value] of browser.jar) without.jar.set(name, value);
    const posted = {
      act: "sms-on",
      csrf: formsIn(await browser.visit("/account/two-step"))[0]?.values.csrf ?? "",
    };
    expect((await without.visit("/account/two-step")).text).not.toContain("text message");
    expect((await without.post("/account/two-step", posted)).status).toBe(404);
    await browser.submit(await browser.visit("/account/two-step"), {}, "sms-on");
    expect(await kindsOf(email)).toEqual(["sms_otp"]);
    await without.submit(await without.visit("/account/two-step"), {}, "sms-off");
    expect(await kindsOf(email)).toEqual([]);
  });
});
