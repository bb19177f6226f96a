import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel } from "../../../support/assertions.ts";
import {
  EVERY_MINUTE,
  factorsOf,
  removalEventsOf,
  removalsOf,
  requestRemoval,
  userWithFactor,
  WAITING_PERIOD,
} from "../../../support/factor-removals.ts";
import { insertFactor } from "../../../support/number-factor.ts";
import { smsMessagesTo, verifyPhoneNumber } from "../../../support/one-time-codes.ts";
import { openPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  linkMailedTo,
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../../support/users.ts";

const service = startService({ env: { ACCESS_TOKEN_TTL: "7200", SECOND_FACTOR: "off" } });
const remove = (id: string, token: string) =>
  service.call("DELETE", `/api/auth/users/${id}/factors`, undefined, token);
const subjectsTo = async (email: string) => (await mailTo(service, email)).map(({ subject }) => subject);

async function performDue() {
  service.clock.advance(WAITING_PERIOD);
  await service.runCron(EVERY_MINUTE);
}

describe("the removal of a user's factors by an admin", () => {
  it("happens after 72 hours, and ends sessions, devices and recovery codes", async () => {
    const { email, id } = await userWithFactor(service);
    const { token } = await logIn(service, email);
    await env.DB.prepare(
      "INSERT INTO recovery_codes (id, account_id, code_hash, created_at) VALUES ('r', ?, 'h', 0)",
    )
      .bind(id)
      .run();
    await env.DB.prepare("UPDATE known_devices SET trusted_until = 9e15 WHERE account_id = ?").bind(id).run();
    const { dueAt } = await requestRemoval(service, id);
    expect(dueAt).toBe(service.clock.now() + WAITING_PERIOD);
    service.clock.advance(WAITING_PERIOD - 1);
    await service.runCron(EVERY_MINUTE);
    expect([await factorsOf(id), await removalsOf(id)]).toEqual([1, 1]);
    const { token: later } = await logIn(service, email);
    service.clock.advance(1);
    await service.runCron(EVERY_MINUTE);
    expect([await factorsOf(id), await removalsOf(id)]).toEqual([0, 0]);
    for (const each of [token, later])
      expectErrorResponse(await service.get("/me", each), 401, "unauthorized");
    const left = await env.DB.prepare(
      "SELECT (SELECT count(*) FROM recovery_codes WHERE account_id = ?1) AS codes, (SELECT count(*) FROM known_devices WHERE account_id = ?1 AND trusted_until IS NOT NULL) AS trusted, (SELECT devices_known_since FROM accounts WHERE id = ?1) AS since",
    )
      .bind(id)
      .first();
    expect(left).toEqual({ codes: 0, trusted: 0, since: service.clock.now() + 1 });
    expect(await removalEventsOf(id)).toEqual(["factor_removal_requested", "factors_removed"]);
    expect((await subjectsTo(email))[0]).toMatch(/was removed/);
  });

  it("ends with a change of the role: a superuser's factors are not removed by an admin", async () => {
    const { email, id } = await userWithFactor(service);
    await requestRemoval(service, id);
    const superuser = await signedInAs(service, "superuser");
    const answer = await usersApiAs(service, superuser).call("PUT", `/${id}/role`, { role: "superuser" });
    expect(answer.status).toBe(200);
    expect(await removalsOf(id)).toBe(0);
    await performDue();
    expect(await factorsOf(id)).toBe(1);
    expect((await subjectsTo(email))[0]).not.toMatch(/was removed/);
  });

  it("is told to the mailbox, to the verified phone and in the sessions", async () => {
    const texting = startService({ env: { SECOND_FACTOR: "off" }, clock: service.clock });
    const { email, id } = await userWithFactor(texting);
    const { token } = await logIn(texting, email);
    const phone = await verifyPhoneNumber(texting, token);
    await requestRemoval(texting, id);
    expect((await subjectsTo(email))[0]).toMatch(/will be removed/);
    expect((await smsMessagesTo(texting, phone))[0]?.text).toMatch(/two-step verification in 3 days/);
    const browser = openPageBrowser(texting);
    await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    const page = await browser.visit("/account");
    expect(page.text).toContain("recovery codes of your account will be removed on");
    expect(page.text).toContain('href="/account/factor-removal"');
  });

  it("is for admins of users below them, and for no superuser", async () => {
    const { id } = await userWithFactor(service);
    const user = await signedInAs(service, "user");
    expectErrorResponse(await remove(id, user.token), 403, "forbidden");
    const [admin, superuser] = [await signedInAs(service, "admin"), await signedInAs(service, "superuser")];
    for (const { id: own, email, token } of [admin, superuser]) {
      await insertFactor(email, "totp", null);
      expectErrorResponse(await remove(own, token), 403, "forbidden");
    }
    const other = await signedInAs(service, "superuser");
    await insertFactor(other.email, "totp", null);
    expectErrorResponse(await remove(other.id, superuser.token), 403, "forbidden");
    expect((await remove(admin.id, superuser.token)).status).toBe(200);
    expect((await remove(id, admin.token)).status).toBe(200);
    expectErrorResponse(await remove(crypto.randomUUID(), admin.token), 404, "not_found");
  });

  it("is requested once, for a user who has factors and is active", async () => {
    const { id } = await userWithFactor(service);
    const { token } = await signedInAs(service, "admin");
    const answers = await inParallel(50, () => remove(id, token));
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    expectErrorResponse(await remove(id, token), 409, "factor_removal_pending");
    expect(await removalEventsOf(id)).toEqual(["factor_removal_requested"]);
    const { email } = await registerVerifiedUser(service);
    expectErrorResponse(await remove(await accountIdOf(email), token), 409, "conflict");
    const { id: deactivated } = await userWithFactor(service);
    await service.post(`/users/${deactivated}/deactivate`, undefined, token);
    expectErrorResponse(await remove(deactivated, token), 409, "conflict");
  });

  it("keeps the email address until then, also against a link that was mailed before", async () => {
    const { email, id } = await userWithFactor(service);
    const { token } = await logIn(service, email);
    const change = (newEmail: string) => service.post("/me/email", { newEmail, password: PASSWORD }, token);
    const earlier = newAddress();
    expect((await change(earlier)).status).toBe(200);
    const { token: admin } = await requestRemoval(service, id);
    expectErrorResponse(
      await service.post("/verify-email", { token: await tokenMailedTo(service, earlier) }),
      400,
      "token_invalid",
    );
    expectErrorResponse(await change(newAddress()), 409, "factor_removal_pending");
    const patch = await service.call("PATCH", `/api/auth/users/${id}`, { email: newAddress() }, admin);
    expectErrorResponse(patch, 400, "validation_failed");
    expect(await env.DB.prepare("SELECT email FROM accounts WHERE id = ?").bind(id).first("email")).toBe(
      email,
    );
    expect((await service.post("/me/factors/removal/cancel", undefined, token)).status).toBe(200);
    service.clock.advance(61_000);
    expect((await change(newAddress())).status).toBe(200);
  });

  it("ends with a deactivation, and leaves nothing of a deleted account", async () => {
    const { id } = await userWithFactor(service);
    await requestRemoval(service, id);
    const { token } = await signedInAs(service, "superuser");
    await service.post(`/users/${id}/deactivate`, undefined, token);
    await service.post(`/users/${id}/activate`, undefined, token);
    await performDue();
    expect([await removalsOf(id), await factorsOf(id)]).toEqual([0, 1]);
    const { id: deleted } = await userWithFactor(service);
    await requestRemoval(service, deleted);
    await service.post(`/users/${deleted}/deactivate`, undefined, token);
    await service.call("DELETE", `/api/auth/users/${deleted}`, undefined, token);
    await performDue();
    expect(await removalsOf(deleted)).toBe(0);
  });
});

describe("the cancellation", () => {
  it("works by the mailed link, without a sign-in, after a click", async () => {
    const { email, id } = await userWithFactor(service);
    await requestRemoval(service, id);
    const link = await linkMailedTo(service, email);
    const browser = openPageBrowser(service);
    const page = await browser.visit(link);
    expect(page.text).toContain(email);
    expect(await removalsOf(id)).toBe(1);
    expect((await browser.submit(page)).path).toBe("/sign-in");
    expect([await removalsOf(id), await factorsOf(id)]).toEqual([0, 1]);
    expect(await removalEventsOf(id)).toEqual(["factor_removal_requested", "factor_removal_cancelled"]);
    expect((await subjectsTo(email))[0]).toMatch(/stay/);
    expect((await browser.visit(link)).status).toBe(400);
    await performDue();
    expect(await factorsOf(id)).toBe(1);
  });

  it("refuses a link that is not signed, and one for another removal", async () => {
    const { email, id } = await userWithFactor(service);
    await requestRemoval(service, id);
    const { id: otherId } = await userWithFactor(service);
    await requestRemoval(service, otherId);
    const token = await tokenMailedTo(service, email);
    const [removal, signature] = [token.slice(0, 36), token.slice(36)];
    const row = env.DB.prepare("SELECT id FROM factor_removals WHERE account_id = ?").bind(otherId);
    const otherRemoval = String(await row.first("id"));
    const forged = ["", removal, `${removal}x${signature.slice(1)}`, `${otherRemoval}${signature}`];
    for (const each of forged) {
      const page = await openPageBrowser(service).visit(`/cancel-factor-removal?token=${each}`);
      expect(page.status).toBe(400);
    }
  });

  it("works in every session, on the page and by the API, and once", async () => {
    const { email, id } = await userWithFactor(service);
    await requestRemoval(service, id);
    const { token } = await logIn(service, email);
    const cancel = () => service.post("/me/factors/removal/cancel", undefined, token);
    expect((await cancel()).status).toBe(200);
    expectErrorResponse(await cancel(), 404, "not_found");
    await requestRemoval(service, id);
    const browser = openPageBrowser(service);
    await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect((await browser.submit(await browser.visit("/account/factor-removal"))).path).toBe("/account");
    expect(await removalsOf(id)).toBe(0);
    expect((await browser.visit("/account/factor-removal")).status).toBe(404);
  });

  it("works for an admin of the user, and for no one else", async () => {
    const { id } = await userWithFactor(service);
    const { token } = await requestRemoval(service, id);
    const cancel = (as: string) => service.post(`/users/${id}/factors/removal/cancel`, undefined, as);
    expectErrorResponse(await cancel((await signedInAs(service, "user")).token), 403, "forbidden");
    expect((await cancel(token)).status).toBe(200);
    expectErrorResponse(await cancel(token), 404, "not_found");
  });
});

describe("races", () => {
  it("perform a removal once, over parallel runs", async () => {
    const { email, id } = await userWithFactor(service);
    await requestRemoval(service, id);
    service.clock.advance(WAITING_PERIOD);
    await Promise.all(Array.from({ length: 10 }, () => service.runCron(EVERY_MINUTE)));
    expect(await removalEventsOf(id)).toEqual(["factor_removal_requested", "factors_removed"]);
    expect((await subjectsTo(email)).filter((subject) => /was removed/.test(subject)).length).toBe(1);
  });

  it("let exactly one of fifty cancellations and the removal win", async () => {
    for (let round = 0; round < 3; round += 1) {
      const { email, id } = await userWithFactor(service);
      const { token } = await logIn(service, email);
      await requestRemoval(service, id);
      service.clock.advance(WAITING_PERIOD);
      const { token: fresh } = await logIn(service, email);
      const cancel = () => service.post("/me/factors/removal/cancel", undefined, fresh || token);
      const [answers] = await Promise.all([inParallel(50, cancel), service.runCron(EVERY_MINUTE)]);
      const cancelled = answers.filter(({ status }) => status === 200).length;
      const [, ...outcomes] = await removalEventsOf(id);
      expect(outcomes).toEqual([cancelled === 1 ? "factor_removal_cancelled" : "factors_removed"]);
      expect(await factorsOf(id)).toBe(cancelled);
    }
  });
});

describe("the admin's page of a user", () => {
  it("requests the removal, shows it and cancels it", async () => {
    const { id } = await userWithFactor(service);
    const { email } = await signedInAs(service, "admin");
    const browser = openPageBrowser(service);
    await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    const path = `/admin/users/${id}`;
    const requested = await browser.press(await browser.visit(path), {}, "removeFactors");
    expect(requested.status).toBe(303);
    const page = await browser.visit(path);
    expect(page.text).toContain("All factors of this user will be removed on");
    expect(page.text).not.toContain('value="removeFactors"');
    expect((await browser.press(page, {}, "cancelFactorRemoval")).status).toBe(303);
    expect([await removalsOf(id), await factorsOf(id)]).toEqual([0, 1]);
  });
});
