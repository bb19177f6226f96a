import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Role } from "../../../../src/accounts/account.ts";
import { hasPermission, type Permission } from "../../../../src/admin/authorization/permissions.ts";
import { actorWithRole } from "../../../support/actors.ts";
import { startWithProvider, status } from "../../../support/outbox.ts";
import { headingOf, linkOn, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  linkMailedTo,
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerVerifiedUser,
  signedInAs,
} from "../../../support/users.ts";

const service = startService();

async function signedIn(role: Role) {
  const { email, id } = await signedInAs(service, role);
  return { email, id, browser: await signedInPageBrowser(service, email) };
}

const setStatus = (id: string, state: string) =>
  env.DB.prepare("UPDATE accounts SET status = ? WHERE id = ?").bind(state, id).run();

describe("admin pages without scripts", () => {
  it("the user list filters by search and status, and keeps the search field", async () => {
    const { browser } = await signedIn("admin");
    const tag = `w${crypto.randomUUID().slice(0, 8)}`;
    const { email } = await register(service, `${tag}.one@example.com`);
    const { email: other } = await register(service, `${tag}.two@example.com`);
    await setStatus(await accountIdOf(other), "deactivated");
    const found = await browser.visit(`/admin/users?search=${tag}`);
    expect([found.text.includes(email), found.text.includes(other)]).toEqual([true, true]);
    expect(found.text).toContain(`value="${tag}"`);
    const active = await browser.visit(`/admin/users?search=${tag}&status=active`);
    expect([active.text.includes(email), active.text.includes(other)]).toEqual([true, false]);
    // Invalid filters are ignored. An admin cannot see superusers.
    const invalid = await browser.visit(`/admin/users?search=${tag}&status=asleep&role=superuser&cursor=x`);
    expect(invalid.status).toBe(200);
    expect((await browser.visit("/admin/users?search=nosuchuser")).text).toContain("No users match.");
  });

  it("the user list shows status, role and last sign-in, and leads to the invitation", async () => {
    const { browser } = await signedIn("superuser");
    const tag = `s${crypto.randomUUID().slice(0, 8)}`;
    const rowOf = async (email: string) => {
      const { text } = await browser.visit(`/admin/users?search=${encodeURIComponent(email)}`);
      const [row = ""] = /<li>.*?<\/li>/s.exec(text) ?? [];
      return row.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
    };
    const { email: unverified } = await register(service, `${tag}.one@example.com`);
    expect(await rowOf(unverified)).toMatch(/Not confirmed $/);
    expect(await rowOf(unverified)).not.toContain("Last sign-in");
    const { email, id } = await signedInAs(service, "admin");
    expect(await rowOf(email)).toMatch(/ Last sign-in now Admin Active $/);
    await setStatus(id, "deactivated");
    expect(await rowOf(email)).toMatch(/ Admin Deactivated $/);
    expect(linkOn(await browser.visit("/admin/users"), "/admin/invite")).toBe("/admin/invite");
  });

  it("the user list has pages, and user pages link back to the filtered list", async () => {
    const { browser } = await signedIn("admin");
    const tag = `p${crypto.randomUUID().slice(0, 8)}`;
    for (let count = 0; count < 26; count++) await register(service, `${tag}.${count}@example.com`);
    const first = await browser.visit(`/admin/users?search=${tag}`);
    const [, next = ""] = /href="(\?[^"]*cursor=[^"]*)"/.exec(first.text) ?? [];
    const second = await browser.visit(`/admin/users${next.replaceAll("&amp;", "&")}`);
    const idsIn = ({ text }: { text: string }) => text.match(/\/admin\/users\/[0-9a-f-]{36}/g) ?? [];
    expect([idsIn(first).length, idsIn(second).length]).toEqual([25, 1]);
    expect(new Set([...idsIn(first), ...idsIn(second)]).size).toBe(26);
    expect(second.text).not.toContain("Next page");
    // The links to the first page and back to the filtered list.
    expect(linkOn(second, "?")).toBe(`?search=${tag}`);
    expect(first.text).not.toContain("First page");
    const userPath = linkOn(second, "/admin/users/");
    const user = await browser.visit(userPath);
    expect(linkOn(user, "/admin/users?")).toBe(`/admin/users${next.replaceAll("&amp;", "&")}`);
    const ended = await browser.submit(user, {}, "endSessions");
    expect([ended.path, ended.text.includes("Ada is signed out everywhere.")]).toEqual([userPath, true]);
    const edited = await browser.submit(
      await browser.visit(linkOn(ended, `${userPath.split("?")[0]}/profile`)),
      {
        name: "Grace",
      },
    );
    expect(edited.path).toBe(userPath);
  });

  it("an admin deactivates a user, whose next page is sign-in, and activates them again", async () => {
    const { browser } = await signedIn("admin");
    const { email } = await registerVerifiedUser(service);
    const victim = await signedInPageBrowser(service, email);
    const path = `/admin/users/${await accountIdOf(email)}`;
    const page = await browser.visit(path);
    expect(page.text).toContain("End sessions");
    const done = await browser.submit(page, {}, "deactivate");
    expect([done.path, done.text.includes("Ada is deactivated.")]).toEqual([path, true]);
    expect((await victim.visit("/account")).path).toBe("/sign-in?returnTo=%2Faccount");
    await browser.submit(done, {}, "activate");
    await logIn(service, email);
  });

  it("an admin mails a reset link, ends sessions and edits a profile", async () => {
    const { browser } = await signedIn("admin");
    const { email } = await registerVerifiedUser(service);
    const victim = await signedInPageBrowser(service, email);
    const path = `/admin/users/${await accountIdOf(email)}`;
    const page = await browser.visit(path);
    await browser.submit(page, {}, "resetPassword");
    expect(await linkMailedTo(service, email)).toContain("/reset-password?token=");
    await browser.submit(page, {}, "endSessions");
    expect((await victim.visit("/account")).path).not.toBe("/account");
    const saved = await browser.submit(await browser.visit(`${path}/profile`), {
      name: "Grace",
      lastName: "Hopper",
    });
    expect([saved.path, headingOf(saved)]).toEqual([path, "Grace Hopper"]);
  });

  it("only superusers set roles and delete, and deletion needs a confirmation", async () => {
    const { browser } = await signedIn("superuser");
    const admin = await signedIn("admin");
    const { email } = await registerVerifiedUser(service);
    const id = await accountIdOf(email);
    const path = `/admin/users/${id}`;
    const byAdmin = await admin.browser.visit(path);
    for (const act of ["setRole", "delete"]) expect(byAdmin.text).not.toContain(`value="${act}"`);
    const page = await browser.visit(path);
    const csrf = /name="csrf" value="([^"]+)"/.exec(byAdmin.text)?.[1] ?? "";
    // The page has no button, and a forged submission changes nothing.
    const submissions: Record<string, string>[] = [
      { act: "setRole", role: "admin" },
      { act: "delete", sure: "yes" },
    ];
    for (const fields of submissions) {
      expect([400, 403]).toContain((await admin.browser.post(path, { csrf, ...fields })).status);
    }
    const question = await browser.submit(page, { role: "admin" }, "setRole");
    expect([headingOf(question), question.text.includes(email)]).toEqual(["Make Ada an admin?", true]);
    expect((await service.get("/me", (await logIn(service, email)).token)).body.data.role).toBe("user");
    const changed = await browser.submit(question, { sure: "yes" }, "setRole");
    expect([changed.path, changed.text.includes("Ada is now an admin.")]).toEqual([path, true]);
    expect((await service.get("/me", (await logIn(service, email)).token)).body.data.role).toBe("admin");
    expect((await admin.browser.visit(path)).status).toBe(403);
    await browser.submit(page, {}, "deactivate");
    const deactivated = await browser.visit(path);
    expect((await browser.press(deactivated, { sure: "" }, "delete")).status).toBe(400);
    const deleted = await browser.submit(deactivated, { sure: "yes" }, "delete");
    expect([deleted.path, deleted.text.includes("Ada is deleted.")]).toEqual(["/admin/users", true]);
    expect((await browser.visit(path)).status).toBe(404);
  });

  it("the question about a role is in the reader's language, and a role above user needs a verified address", async () => {
    const { email } = await signedInAs(service, "superuser");
    const browser = await signedInPageBrowser(service, email, { language: "de" });
    const verified = await registerVerifiedUser(service);
    const page = await browser.visit(`/admin/users/${await accountIdOf(verified.email)}`);
    const question = await browser.submit(page, { role: "superuser" }, "setRole");
    expect(headingOf(question)).toBe("Ada die Rolle Superuser geben?");
    const unverified = await register(service, newAddress());
    const refused = await browser.visit(`/admin/users/${await accountIdOf(unverified.email)}`);
    expect((await browser.press(refused, { role: "admin" }, "setRole")).status).toBe(409);
    // A superuser's own page has neither actions nor a form that would be refused.
    const own = await browser.visit(`/admin/users/${await accountIdOf(email)}`);
    expect(own.text).not.toContain(">Aktionen<");
    expect(own.text).toContain('href="/account/profile"');
  });

  it("a deactivated user who signs in is led to support, where there is one", async () => {
    const SUPPORT_URL = "https://example.com/help";
    for (const [env, isShown] of [
      [{ SUPPORT_URL }, true],
      [{}, false],
    ] as const) {
      const { email } = await registerVerifiedUser(service);
      await setStatus(await accountIdOf(email), "deactivated");
      const visitor = openPageBrowser(startService({ env }));
      const page = await visitor.press(await visitor.visit("/sign-in"), { email, password: PASSWORD });
      const [alert = ""] = /<p class="alert".*?<\/p>/s.exec(page.text) ?? [];
      expect(alert).toContain("This account has been deactivated.");
      expect(alert.includes(`<a href="${SUPPORT_URL}">Contact support</a>`)).toBe(isShown);
    }
  });

  it("an admin invites a user, who chooses a password and signs in", async () => {
    const { browser } = await signedIn("admin");
    const email = newAddress();
    const done = await browser.submit(await browser.visit("/admin/invite"), {
      name: "Grace",
      email,
      role: "user",
    });
    expect([headingOf(done), done.text.includes("Grace is invited.")]).toEqual(["Grace", true]);
    const taken = await browser.press(await browser.visit("/admin/invite"), {
      name: "Grace",
      email,
      role: "user",
    });
    expect([taken.status, taken.text.includes("This address already has an account")]).toEqual([409, true]);
    const above = await browser.press(await browser.visit("/admin/invite"), {
      name: "Eve",
      email: newAddress(),
      role: "superuser",
    });
    expect(above.status).toBe(403);
    const guest = openPageBrowser(service);
    const page = await guest.visit(await linkMailedTo(service, email));
    expect(headingOf(page)).toBe("Choose your password");
    const chosen = await guest.submit(page, { newPassword: PASSWORD });
    expect(chosen.text).toContain("Your password is set. You can sign in now.");
    await logIn(service, email);
  });

  it("the audit log page shows events with users, actors and details", async () => {
    const { browser, email: adminEmail } = await signedIn("admin");
    const { email } = await registerVerifiedUser(service);
    const id = await accountIdOf(email);
    await browser.submit(await browser.visit(`/admin/users/${id}`), {}, "deactivate");
    const auditLog = await browser.visit(`/admin/audit?userId=${id}`);
    for (const words of ["Deactivated", "Signed up", "Email confirmed", "· by Ada"]) {
      expect(auditLog.text).toContain(words);
    }
    await logIn(service, (await signedInAs(service, "user")).email);
    const inGerman = await signedInPageBrowser(service, adminEmail, { language: "de" });
    for (const [reader, words] of [
      [browser, "By: password"],
      [inGerman, "Mit: Passwort"],
    ] as const) {
      const signIns = await reader.visit("/admin/audit?type=signed_in");
      expect(signIns.text).toContain(words);
      expect(signIns.text).not.toMatch(/amr|pwd|sessionId/);
    }
    expect(auditLog.text).toContain(`name="user" type="text" value="${email}"`);
    const only = await browser.visit(`/admin/audit?userId=${id}&type=email_verified`);
    expect(only.text.match(/<li>/g)).toHaveLength(1);
  });

  it("the page of dead-lettered mail lists messages to visible users without their content", async () => {
    const { service: failing, provider } = startWithProvider();
    await provider.answer(status(422));
    const email = newAddress();
    await register(failing, email);
    const admin = await signedIn("admin");
    const page = await admin.browser.visit("/admin/mail");
    expect(page.text).toContain(email);
    expect(page.text).toContain("Confirm email");
    expect(page.text).toMatch(/<code>\w+<\/code>/);
    expect(page.text).not.toContain("token=");
    await env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE email = ?").bind(email).run();
    expect((await admin.browser.visit("/admin/mail")).text).not.toContain(email);
    const { browser } = await signedIn("superuser");
    expect((await browser.visit("/admin/mail")).text).toContain(email);
    expect(await mailTo(service, email)).toEqual([]);
  });

  it("the permission table decides who may open each admin page", async () => {
    const pages: [string, Permission][] = [
      ["/admin/users", "users:list"],
      ["/admin/invite", "users:invite"],
      ["/admin/audit", "audit:read"],
      ["/admin/mail", "mail:read"],
    ];
    for (const role of ["user", "admin", "superuser"] as const) {
      const { browser } = await signedIn(role);
      for (const [path, permission] of pages) {
        expect((await browser.visit(path)).status, `${role} ${path}`).toBe(
          hasPermission(actorWithRole(role), permission) ? 200 : 403,
        );
      }
    }
  });
});
