import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { startService } from "../../../support/service.ts";
import { PASSWORD, registerVerifiedUser, signedInAs, usersApiAs } from "../../../support/users.ts";

type Event = { type: string; account_id: string; actor_id: string | null; ip: string | null };

const events = async (): Promise<Event[]> =>
  (await env.DB.prepare("SELECT * FROM audit_events").all<Event>()).results;

describe("the deletion of an account", () => {
  it("erases its IP addresses from the audit log, and keeps those of other actors", async () => {
    const service = startService();
    const superuser = await signedInAs(service, "superuser");
    const member = await signedInAs(service, "admin");
    const { email: other } = await registerVerifiedUser(service);
    const call = (as: { token: string }, method: string, path: string, ip: string, body?: object) =>
      service.call(method, `/api/auth${path}`, body, as.token, {
        "CF-Connecting-IP": ip,
        "User-Agent": "Agent of the member",
      });
    const { id: otherId } = (await env.DB.prepare("SELECT id FROM accounts WHERE email = ?")
      .bind(other)
      .first<{ id: string }>()) as { id: string };
    await call(member, "PATCH", "/me", "198.51.100.1", { name: "Grace" });
    await call(member, "POST", `/users/${otherId}/unlock`, "198.51.100.1");
    const guess = { email: member.email, password: "not the password" };
    await service.call("POST", "/api/auth/login", guess, undefined, { "CF-Connecting-IP": "198.51.100.2" });
    await call(superuser, "PUT", `/users/${member.id}/role`, "203.0.113.5", { role: "user" });
    await call(superuser, "POST", `/users/${member.id}/deactivate`, "203.0.113.5");
    const isOfMember = ({ ip }: Event) => ip === "198.51.100.1" || ip === "198.51.100.2";
    const before = (await events()).filter(isOfMember);
    expect(before.map(({ type }) => type).sort()).toEqual([
      "account_unlocked",
      "profile_updated",
      "sign_in_failed",
    ]);
    const answer = await call(superuser, "DELETE", `/users/${member.id}`, "203.0.113.5");
    expect(answer.status).toBe(200);
    const after = await events();
    expect(after.filter(isOfMember)).toEqual([]);
    expect(
      after.filter(({ account_id, ip }) => account_id === member.id && ip === "203.0.113.5"),
    ).toHaveLength(3);
    expect(JSON.stringify(after)).not.toContain("Agent of the member");
  });

  it("erases nothing if the account is not deleted", async () => {
    const service = startService();
    const superuser = await signedInAs(service, "superuser");
    const { email } = await registerVerifiedUser(service);
    const headers = { "CF-Connecting-IP": "198.51.100.7" };
    const { body } = await service.call(
      "POST",
      "/api/auth/login",
      { email, password: PASSWORD },
      undefined,
      headers,
    );
    const { call } = usersApiAs(service, superuser);
    expect((await call("DELETE", `/${body.data.user.id}`)).status).toBe(409);
    expect((await events()).filter(({ ip }) => ip === "198.51.100.7")).not.toEqual([]);
  });
});
