import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { newPhoneNumber, verifyPhoneNumber } from "../../../support/one-time-codes.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { type Service, startService } from "../../../support/service.ts";
import { linkGitHub } from "../../../support/social/inserted-rows.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { logIn, PASSWORD, registerAndLogIn, registerVerifiedUser } from "../../../support/users.ts";

const MINUTE = 60_000;
const providers = openProviders();
const start = () => startService({ env: { ...providers.variables, ACCESS_TOKEN_TTL: "3600" } });

const linked = (email: string) =>
  env.DB.prepare(
    "SELECT count(*) AS n FROM identities WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
  )
    .bind(email)
    .first<number>("n");
const phoneOf = (email: string) =>
  env.DB.prepare("SELECT phone FROM accounts WHERE email = ?").bind(email).first<string | null>("phone");

/** A user with a phone number and a linked identity, whose session is `minutes` old. */
async function olderSession(service: Service, minutes = 10) {
  const { email, token, refreshToken } = await registerAndLogIn(service);
  const phone = await verifyPhoneNumber(service, token);
  await linkGitHub(email);
  service.clock.advance(minutes * MINUTE);
  return { email, token, refreshToken, phone };
}

const sensitive = (service: Service, token: string) =>
  [
    ["remove an identity", () => service.call("DELETE", "/api/auth/me/identities/github", undefined, token)],
    ["change the phone", () => service.post("/me/phone", { phone: newPhoneNumber() }, token)],
    ["remove the phone", () => service.call("DELETE", "/api/auth/me/phone", undefined, token)],
  ] as const;

describe("sensitive changes", () => {
  it("are refused in a session that was authenticated ten minutes ago, and change nothing", async () => {
    const service = start();
    const { email, token, phone } = await olderSession(service);
    for (const [, change] of sensitive(service, token)) {
      expectErrorResponse(await change(), 403, "reauthentication_required");
    }
    expect([await linked(email), await phoneOf(email)]).toEqual([1, phone]);
  });

  it("are allowed within ten minutes of the sign-in, and of a reauthentication by password", async () => {
    const service = start();
    const { token } = await olderSession(service, 9);
    expect((await service.call("DELETE", "/api/auth/me/identities/github", undefined, token)).status).toBe(
      200,
    );
    service.clock.advance(MINUTE);
    expectErrorResponse(
      await service.post("/me/reauthenticate", { password: "not the password" }, token),
      401,
      "invalid_credentials",
    );
    expectErrorResponse(await service.post("/me/reauthenticate", {}, token), 400, "validation_failed");
    const removal = () => service.call("DELETE", "/api/auth/me/phone", undefined, token);
    expectErrorResponse(await removal(), 403, "reauthentication_required");
    const reauthenticated = await service.post("/me/reauthenticate", { password: PASSWORD }, token);
    expect(reauthenticated.body.data).toEqual({ expiresIn: 600 });
    service.clock.advance(10 * MINUTE - 1);
    expect((await removal()).status).toBe(200);
  });

  it("count the reauthentication only for the session that made it", async () => {
    const service = start();
    const { email, token } = await olderSession(service, 1);
    const other = await logIn(service, email);
    service.clock.advance(10 * MINUTE);
    await service.post("/me/reauthenticate", { password: PASSWORD }, other.token);
    const removal = (as: string) => service.call("DELETE", "/api/auth/me/phone", undefined, as);
    expectErrorResponse(await removal(token), 403, "reauthentication_required");
    expect((await removal(other.token)).status).toBe(200);
  });

  it("are refused when the session ends between the check and the change", async () => {
    const held = startWithHeldBatch(1, providers.variables);
    const service = startService({ env: providers.variables, clock: held.service.clock });
    const { email, token } = await registerAndLogIn(service);
    const phone = await verifyPhoneNumber(service, token);
    const removal = held.service.call("DELETE", "/api/auth/me/phone", undefined, token);
    await held.reached;
    await service.post("/logout", undefined, token);
    held.release();
    expectErrorResponse(await removal, 403, "reauthentication_required");
    expect(await phoneOf(email)).toBe(phone);
  });

  it("do not include the end of all sessions, which is a defence", async () => {
    const service = start();
    const { token } = await olderSession(service, 30);
    expect((await service.post("/logout-all", undefined, token)).status).toBe(200);
  });
});

describe("the pages of sensitive changes, without JavaScript", () => {
  /** A browser whose session is eleven minutes old. */
  async function olderBrowser(service: Service) {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    service.clock.advance(11 * MINUTE);
    return { email, browser };
  }

  it("asks for the password to change the phone number, and loses nothing that was typed", async () => {
    const service = start();
    const { email, browser } = await olderBrowser(service);
    const page = await browser.visit("/account/phone");
    expect(page.text).toContain('type="password"');
    const phone = newPhoneNumber();
    const refused = await browser.submit(page, { phone, password: "not the password" });
    expect(refused.status).toBe(401);
    expect(refused.text).toContain("The password is not correct.");
    expect(refused.text).toContain(phone);
    const empty = await browser.submit(refused, { phone, password: "" });
    expect([empty.status, empty.text.includes("Please fill this in.")]).toEqual([400, true]);
    const code = await browser.submit(empty, { phone, password: PASSWORD });
    expect(code.path).toBe("/account/phone/code");
    expect(await phoneOf(email)).toBe(phone);
    // Within ten minutes no password is asked for.
    expect((await browser.visit("/account/phone")).text).not.toContain('type="password"');
  });

  it("asks for the password to remove the phone number", async () => {
    const service = start();
    const { email, browser } = await olderBrowser(service);
    await env.DB.prepare("UPDATE accounts SET phone = '+14155559999' WHERE email = ?").bind(email).run();
    const page = await browser.visit("/account/phone");
    expect(page.text).toMatch(/name="act" value="remove" formnovalidate/);
    const refused = await browser.press(page, { password: "not the password" }, "remove");
    expect([refused.status, await phoneOf(email)]).toEqual([401, "+14155559999"]);
    const removed = await browser.press(page, { password: PASSWORD }, "remove");
    expect([removed.status, await phoneOf(email)]).toEqual([303, null]);
  });

  it("asks for the password to remove a provider", async () => {
    const service = start();
    const { email, browser } = await olderBrowser(service);
    await linkGitHub(email);
    const page = await browser.visit("/account/linked");
    expect(page.text).toMatch(/form="confirm" name="remove" value="github"/);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const remove = (password: string) =>
      browser.post("/account/linked", { csrf, act: "link", remove: "github", password });
    expect((await remove("not the password")).status).toBe(401);
    expect((await remove("")).status).toBe(400);
    expect(await linked(email)).toBe(1);
    expect((await remove(PASSWORD)).status).toBe(303);
    expect(await linked(email)).toBe(0);
  });
});
