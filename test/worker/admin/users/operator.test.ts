import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Role } from "../../../../src/accounts/account.ts";
import { newAuditEvent } from "../../../../src/admin/audit-log/audit-event.ts";
import { OPERATOR } from "../../../../src/admin/authorization/actor.ts";
import { invitationStore } from "../../../../src/admin/users/invitation-store.ts";
import { userStore } from "../../../../src/admin/users/store.ts";
import { createSecretRing } from "../../../../src/core/crypto/secret-ring.ts";
import { parseEmailAddress } from "../../../../src/core/email-address.ts";
import { openDatabase } from "../../../../src/db/database.ts";
import { newMeter } from "../../../../src/db/metered-d1.ts";
import { newMessage } from "../../../../src/messaging/outbox/new-outbox-message.ts";
import { newEmailToken } from "../../../../src/registration/email-tokens/new-email-token.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, logIn, newAddress, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const CALLER = { ip: null, userAgent: null, locale: "en" } as const;
const service = startService();
const { clock } = service;
const db = openDatabase(env.DB, newMeter());
const users = userStore(db, null);

const demoteAllSuperusers = () => env.DB.exec("UPDATE accounts SET role = 'user' WHERE role = 'superuser'");

async function notified(kind: "account_deactivated" | "role_changed") {
  const secrets = await createSecretRing("a root secret of the test");
  const now = clock.now();
  const event =
    kind === "role_changed"
      ? ({ type: kind, details: { from: "superuser", to: "user" } } as const)
      : ({ type: kind } as const);
  return {
    notice: await newMessage({ secrets }, { kind }, { expiresAt: now + 1 }),
    audit: newAuditEvent({ clock }, event, CALLER),
    now,
  };
}

/** A superuser, and the facts of the account that an action is decided on. */
async function superuser() {
  const { email } = await registerVerifiedUser(service, newAddress(), { role: "superuser" });
  return { id: await accountIdOf(email), role: "superuser" as Role, status: "active" as const };
}

const stateOf = (id: string) =>
  env.DB.prepare("SELECT role, status FROM accounts WHERE id = ?").bind(id).first();

describe("an operator", () => {
  it("invites a user without a mail, since the operator passes the link on, and not to a taken address", async () => {
    const address = newAddress();
    const email = parseEmailAddress(address);
    if (!email.ok) throw new Error(address);
    const invite = async () => {
      const settings = { publicUrl: "http://gatehouse.test" };
      const { emailToken, url } = await newEmailToken({ clock, settings }, "invite");
      const audit = newAuditEvent({ clock }, { type: "user_invited", details: { role: "admin" } }, CALLER);
      const outcome = await invitationStore(db, null).invite({
        ...{ actor: OPERATOR, id: crypto.randomUUID(), email: email.value, name: "Ada", locale: "en" },
        ...{ role: "admin", emailToken, mail: null, audit, now: clock.now() },
      });
      return { outcome, token: new URL(url).searchParams.get("token") };
    };
    const { outcome, token } = await invite();
    expect(outcome).toMatchObject({ email: address, role: "admin" });
    expect((await invite()).outcome).toBe("address_taken");
    const id = await accountIdOf(address);
    const mails = env.DB.prepare("SELECT count(*) AS n FROM outbox WHERE account_id = ?").bind(id);
    expect(await mails.first("n")).toBe(0);
    expect((await service.post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
    await logIn(service, address);
  });

  it("cannot deactivate the last superuser, and is told why", async () => {
    await demoteAllSuperusers();
    const target = await superuser();
    const deactivate = async () =>
      users.deactivate({ actor: OPERATOR, target, ...(await notified("account_deactivated")) });
    expect(await deactivate()).toBe("last_superuser");
    expect(await stateOf(target.id)).toEqual({ role: "superuser", status: "active" });
    await superuser();
    expect(await deactivate()).toBe("done");
    expect(await deactivate()).toBe("changed_meanwhile");
  });

  it("cannot demote the last superuser, and is told why", async () => {
    await demoteAllSuperusers();
    const target = await superuser();
    const demote = async () =>
      users.setRole({ actor: OPERATOR, target, role: "user", ...(await notified("role_changed")) });
    expect(await demote()).toBe("last_superuser");
    expect(await stateOf(target.id)).toEqual({ role: "superuser", status: "active" });
    await superuser();
    expect(await demote()).toBe("done");
    expect(await demote()).toBe("changed_meanwhile");
  });
});
