import { describe, expect, it } from "vitest";
import { logIn, mailTo, member, register, tokenMailedTo } from "../../support/people.ts";
import { startService } from "../../support/service.ts";

const service = startService();
const post = (path: string, fields: Record<string, string>) =>
  service.call("POST", path, new URLSearchParams(fields).toString(), undefined, {
    "Content-Type": "application/x-www-form-urlencoded",
  });

/** The path of the newest link that was mailed there, as its reader would click it. */
async function linkMailedTo(email: string): Promise<string> {
  const [mail] = await mailTo(service, email);
  const [, path] = /http:\/\/gatehouse\.test(\/\S+token=\S+)/.exec(mail?.text ?? "") ?? [];
  return path ?? "";
}

describe("the page of a mailed link", () => {
  it("verifies an address by its button, and not by being opened", async () => {
    const { email } = await register(service);
    const path = await linkMailedTo(email);
    for (let look = 0; look < 2; look++) {
      const page = await service.call("GET", path);
      expect(page.status).toBe(200);
      expect(page.text).toContain('<form method="post" action="/verify-email">');
    }
    expect((await service.post("/login", { email, password: "a quiet lighthouse 7" })).status).toBe(403);
    const token = await tokenMailedTo(service, email);
    const done = await post("/verify-email", { token });
    expect([done.status, done.text.includes("You can sign in now")]).toEqual([200, true]);
    await logIn(service, email);
    expect((await post("/verify-email", { token })).status).toBe(400);
    expect((await service.call("GET", path)).status).toBe(400);
  });

  it("takes a new password, and asks again for a better one without spending the link", async () => {
    const { email } = await member(service);
    await service.post("/forgot-password", { email });
    const path = await linkMailedTo(email);
    expect((await service.call("GET", path)).text).toContain('autocomplete="new-password"');
    const token = await tokenMailedTo(service, email);
    for (const [newPassword, words] of [
      ["short", "8 characters"],
      ["password1", "commonest"],
      ["", "8 characters"],
    ] as const) {
      const again = await post("/reset-password", { token, newPassword });
      expect([again.status, again.text.includes(words)]).toEqual([400, true]);
      expect(again.text).toContain(token);
    }
    const done = await post("/reset-password", { token, newPassword: "another quiet harbour" });
    expect(done.status).toBe(200);
    await logIn(service, email, "another quiet harbour");
  });

  it("sends no referrer, is not kept, runs no script and asks no other origin", async () => {
    const { email } = await register(service);
    const page = await service.call("GET", await linkMailedTo(email));
    expect(page.headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(page.headers.get("Cache-Control")).toBe("no-store");
    const [, nonce] =
      /style-src 'nonce-([\w-]+)'/.exec(page.headers.get("Content-Security-Policy") ?? "") ?? [];
    expect(page.text).toContain(`<style nonce="${nonce}">`);
    expect(page.headers.get("Content-Security-Policy")).toMatch(
      /^default-src 'none';.*frame-ancestors 'none'$/,
    );
    expect(page.text).not.toMatch(/<script|https?:\/\//);
  });

  it("says kindly that a dead, missing or hostile token does not work", async () => {
    for (const path of ["/verify-email", "/reset-password"]) {
      for (const query of [
        "",
        "?token=",
        "?token=dead",
        `?token=${encodeURIComponent('"><script>alert(1)</script>')}`,
      ]) {
        const page = await service.call("GET", `${path}${query}`);
        expect([page.status, page.text.includes("does not work any more")]).toEqual([400, true]);
        expect(page.text).not.toContain("<script");
      }
    }
  });

  it("refuses what is no form of its own", async () => {
    const { email } = await register(service);
    const token = await tokenMailedTo(service, email);
    const json = await service.call("POST", "/verify-email", { token });
    expect(json.status).toBe(400);
    const twice = await service.call("POST", "/verify-email", `token=${token}&token=${token}`, undefined, {
      "Content-Type": "application/x-www-form-urlencoded",
    });
    expect(twice.status).toBe(400);
    const huge = await post("/verify-email", { token, more: "x".repeat(20_000) });
    expect(huge.status).toBe(400);
    expect((await service.get(`/verify-email?token=${token}`)).status).toBe(200);
  });
});
