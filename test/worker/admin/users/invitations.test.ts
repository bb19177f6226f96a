import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { errorTable } from "../../../../src/http/error-table.ts";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { startService } from "../../../support/service.ts";
import {
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../../support/users.ts";

const service = startService();
const admin = await signedInAs(service, "admin");
const superuser = await signedInAs(service, "superuser");
const asAdmin = usersApiAs(service, admin);
const asSuperuser = usersApiAs(service, superuser);

describe("invitations", () => {
  const invite = (body: object) => asAdmin.call("POST", "", body);

  it("an invitation mails a link to choose a password, which also verifies the address", async () => {
    const email = newAddress();
    const answer = await invite({ email, name: "Grace" });
    expect(answer.status).toBe(201);
    expect(answer.body.data).toMatchObject({ email, name: "Grace", role: "user", isVerified: false });
    const token = await tokenMailedTo(service, email);
    expect(answer.text).not.toContain(token);
    expect((await service.get(`/reset-password?token=${token}`)).status).toBe(200);
    expect((await service.post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
    const { token: access } = await logIn(service, email);
    expect((await service.get("/me", access)).body.data.isVerified).toBe(true);
  });

  it("an invited account cannot sign in before the link is used, which works once", async () => {
    const email = newAddress();
    await invite({ email, name: "Grace" });
    expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(401);
    const token = await tokenMailedTo(service, email);
    const answers = await inParallel(50, () =>
      service.post("/reset-password", { token, newPassword: PASSWORD }),
    );
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
  });

  it("POST /verify-email refuses an invitation's token", async () => {
    const email = newAddress();
    await invite({ email, name: "Grace" });
    const token = await tokenMailedTo(service, email);
    expect((await service.post("/verify-email", { token })).body.error?.code).toBe("token_invalid");
  });

  it("an invitation expires after seven days", async () => {
    const later = startService();
    const laterAdmin = await signedInAs(later, "admin");
    const email = newAddress();
    await usersApiAs(later, laterAdmin).call("POST", "", { email, name: "Grace" });
    const token = await tokenMailedTo(later, email);
    later.clock.advance(7 * 24 * 3_600_000 - 1000);
    expect((await later.get(`/reset-password?token=${token}`)).status).toBe(200);
    later.clock.advance(1000);
    expect((await later.get(`/reset-password?token=${token}`)).status).toBe(400);
  });

  it("a second invitation mail revokes the first link", async () => {
    const email = newAddress();
    const { body } = await invite({ email, name: "Grace" });
    const first = await tokenMailedTo(service, email);
    expect((await asAdmin.call("POST", `/${body.data.id}/reset-password`)).status).toBe(200);
    const mails = await mailTo(service, email);
    expect(mails.map(({ subject }) => subject)).toEqual([mails[1]?.subject, mails[1]?.subject]);
    expect((await service.get(`/reset-password?token=${first}`)).status).toBe(400);
    const second = await tokenMailedTo(service, email);
    expect((await service.post("/reset-password", { token: second, newPassword: PASSWORD })).status).toBe(
      200,
    );
  });

  it("refuses an invitation to an address that has a verified account", async () => {
    const { email } = await registerVerifiedUser(service);
    const answer = await invite({ email: email.toUpperCase(), name: "Grace" });
    expect([answer.status, answer.body.error?.code]).toEqual([409, "conflict"]);
  });

  it("creates one account for 30 simultaneous invitations to one address", async () => {
    const email = newAddress();
    const answers = await inParallel(30, () => invite({ email, name: "Grace" }));
    expect(statusCounts(answers)).toEqual({ 201: 1, 409: 29 });
    expect(await mailTo(service, email)).toHaveLength(1);
  });

  it("invitations do not count towards the hourly mail cap", async () => {
    const { email } = await registerVerifiedUser(service);
    const used = await service.env.DB.prepare("SELECT sum(sends) AS n FROM send_counters").first<number>("n");
    const env = { RATE_LIMITS: "{}", BURST: undefined, MAIL_HOURLY_CAP: String((used ?? 0) + 1) };
    const capped = startService({ env, clock: service.clock });
    for (let count = 0; count < 3; count++) {
      const answer = await usersApiAs(capped, admin).call("POST", "", { email: newAddress(), name: "Grace" });
      expect(answer.status).toBe(201);
    }
    await capped.post("/forgot-password", { email });
    expect((await mailTo(service, email))[0]?.text).toContain("/reset-password?token=");
  });

  it("limits the role of an invitation to roles that the actor can manage", async () => {
    for (const role of ["admin", "superuser"]) {
      const answer = await invite({ email: newAddress(), name: "Grace", role });
      expect([answer.status, answer.body.error?.code]).toEqual([403, "forbidden"]);
      const email = newAddress();
      const invited = await asSuperuser.call("POST", "", { email, name: "Grace", role });
      expect(invited.body.data.role).toBe(role);
      // An invited superuser does not count as an active superuser until they choose a password.
      await service.env.DB.prepare("DELETE FROM accounts WHERE email = ?").bind(email).run();
    }
  });

  it("a second invitation mail leaves the invitations of other users valid", async () => {
    const [email, other] = [newAddress(), newAddress()];
    await invite({ email: other, name: "Ada" });
    const token = await tokenMailedTo(service, other);
    const { body } = await invite({ email, name: "Grace" });
    expect((await asAdmin.call("POST", `/${body.data.id}/reset-password`)).status).toBe(200);
    expect((await service.get(`/reset-password?token=${token}`)).status).toBe(200);
  });

  it("an invitation stays valid when a further mail is refused by the limit", async () => {
    const email = newAddress();
    const limited = startService({ env: { RATE_LIMITS: "{}", BURST: undefined }, clock: service.clock });
    const { body } = await invite({ email, name: "Grace" });
    const again = () => usersApiAs(limited, admin).call("POST", `/${body.data.id}/reset-password`);
    expect((await again()).status).toBe(200);
    const token = await tokenMailedTo(service, email);
    expectErrorResponse(await again(), 429, "rate_limited");
    expect((await service.get(`/reset-password?token=${token}`)).status).toBe(200);
  });

  it("creates no account if the actor loses the role while the invitation is in flight", async () => {
    const held = startWithHeldBatch(1);
    const actor = await signedInAs(service, "admin");
    const email = newAddress();
    const answer = usersApiAs(held.service, actor).call("POST", "", { email, name: "Grace" });
    await held.reached;
    await env.DB.prepare("UPDATE accounts SET role = 'user' WHERE id = ?").bind(actor.id).run();
    held.release();
    const { status, body } = await answer;
    expect([status, body.message]).toEqual([409, errorTable.conflict[1]]);
    const count = env.DB.prepare("SELECT count(*) AS n FROM accounts WHERE email = ?").bind(email);
    expect(await count.first("n")).toBe(0);
  });
});
