import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { tinyPng } from "../../../support/image-parts.ts";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../../support/users.ts";

const IMAGE = { "Content-Type": "image/png" };

const set = (id: string, columns: string) =>
  env.DB.prepare(`UPDATE accounts SET ${columns} WHERE id = ?`).bind(id).run();
const read = (id: string, column: string) =>
  env.DB.prepare(`SELECT ${column} AS v FROM accounts WHERE id = ?`).bind(id).first("v");

const storedImages = async () => (await env.AVATARS.list()).objects.map(({ key }) => key);

/** A superuser and a user, and a second service of which the first batch is held. */
async function start() {
  const held = startWithHeldBatch(1);
  const service = startService({ clock: held.service.clock });
  const actor = await signedInAs(service, "superuser");
  const { email } = await registerVerifiedUser(service);
  return { held, service, actor, email, target: await accountIdOf(email) };
}

describe("an admin action held in mid-flight", () => {
  it("activates no user if the actor loses the role meanwhile", async () => {
    const { held, actor, target } = await start();
    await set(target, "status = 'deactivated'");
    const answer = usersApiAs(held.service, actor).call("POST", `/${target}/activate`);
    await held.reached;
    await set(actor.id, "role = 'user'");
    held.release();
    expectErrorResponse(await answer, 409, "conflict");
    expect(await read(target, "status")).toBe("deactivated");
  });

  it("gives no role above user if the address is no longer verified", async () => {
    const { held, actor, target } = await start();
    const answer = usersApiAs(held.service, actor).call("PUT", `/${target}/role`, { role: "admin" });
    await held.reached;
    await set(target, "email_verified_at = NULL");
    held.release();
    expect((await answer).status).toBe(409);
    expect(await read(target, "role")).toBe("user");
  });

  it("removes no avatar if the actor loses the role meanwhile", async () => {
    const { held, service, actor, target } = await start();
    const path = `/api/auth/users/${target}/avatar`;
    expect((await service.call("PUT", path, tinyPng, actor.token, IMAGE)).status).toBe(200);
    const key = await read(target, "avatar_key");
    const answer = held.service.call("DELETE", path, undefined, actor.token);
    await held.reached;
    await set(actor.id, "role = 'user'");
    held.release();
    expectErrorResponse(await answer, 409, "conflict");
    expect(await read(target, "avatar_key")).toBe(key);
  });

  it("sets no avatar if the actor loses the role meanwhile, and leaves the stored image to be deleted", async () => {
    const { held, actor, target } = await start();
    await env.DB.exec("DELETE FROM discarded_avatars");
    const before = new Set(await storedImages());
    const answer = held.service.call("PUT", `/api/auth/users/${target}/avatar`, tinyPng, actor.token, IMAGE);
    await held.reached;
    await set(actor.id, "role = 'user'");
    held.release();
    expectErrorResponse(await answer, 409, "conflict");
    expect(await read(target, "avatar_key")).toBeNull();
    const discarded = await env.DB.prepare("SELECT key FROM discarded_avatars").all<{ key: string }>();
    const added = (await storedImages()).filter((key) => !before.has(key));
    expect(added).toHaveLength(1);
    expect(discarded.results.map(({ key }) => key)).toEqual(added);
  });

  it("deletes no mail of a user who is activated meanwhile", async () => {
    const { held, service, actor, email, target } = await start();
    await service.post("/forgot-password", { email });
    await set(target, "status = 'deactivated'");
    const answer = usersApiAs(held.service, actor).call("DELETE", `/${target}`);
    await held.reached;
    await set(target, "status = 'active'");
    const mails = await mailTo(service, email);
    held.release();
    expectErrorResponse(await answer, 409, "conflict");
    expect(mails).toHaveLength(1);
    expect(await mailTo(service, email)).toEqual(mails);
  });

  it("does not send an invitation again that the user has accepted meanwhile", async () => {
    const { held, service, actor } = await start();
    const email = newAddress();
    const { body } = await usersApiAs(service, actor).call("POST", "", { email, name: "Grace" });
    const token = await tokenMailedTo(service, email);
    const answer = usersApiAs(held.service, actor).call("POST", `/${body.data.id}/reset-password`);
    await held.reached;
    expect((await service.post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
    const mails = await mailTo(service, email);
    held.release();
    expectErrorResponse(await answer, 409, "conflict");
    expect(await mailTo(service, email)).toEqual(mails);
  });
});
