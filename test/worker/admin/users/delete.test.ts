import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { actingAs, idOf, signedInAs } from "../../../support/admins.ts";
import { dumpOf } from "../../../support/dump.ts";
import { photoWithGps } from "../../../support/images.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { linkGitHub } from "../../../support/social/inserted-rows.ts";
import { logIn, PASSWORD, register, tokenMailedTo } from "../../../support/users.ts";

/** Every table, KV entry and object, as text in which a name could be found. */
async function everything(): Promise<string> {
  const bytesAsText = (value: unknown) =>
    value instanceof ArrayBuffer || Array.isArray(value)
      ? new TextDecoder("latin1").decode(Uint8Array.from(value as number[]))
      : String(value);
  const { results } = await env.DB.prepare("PRAGMA table_list").all<{ name: string; type: string }>();
  const ofIndex = results.filter(({ type }) => type === "shadow").map(({ name }) => name);
  const shadows = await Promise.all(
    ofIndex.map(async (name) => {
      const { results: all } = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
      return [name, all] as const;
    }),
  );
  const rows = [...(await dumpOf(env.DB)), ...shadows].flatMap(([table, all]) =>
    all.map((row) => `${table}: ${Object.values(row).map(bytesAsText).join(" | ")}`),
  );
  const { keys } = await env.KV.list();
  const values = await Promise.all(keys.map(async ({ name }) => `${name}=${await env.KV.get(name)}`));
  const { objects } = await env.AVATARS.list({
    include: ["customMetadata", "httpMetadata"],
  } as R2ListOptions);
  const bodies = await Promise.all(
    objects.map(async (object) => {
      const body = await (await env.AVATARS.get(object.key))?.arrayBuffer();
      return `${object.key} ${JSON.stringify(object)} ${new TextDecoder("latin1").decode(body)}`;
    }),
  );
  return [...rows, ...values, ...bodies].join("\n").toLowerCase();
}

describe("deleting an account", () => {
  it("leaves no row, no entry and no object that names its address, its phone or its owner", async () => {
    const service = startService({ clock: createTestClock(), env: { RATE_LIMITS: "{}", BURST: undefined } });
    const superuser = await signedInAs(service, "superuser");
    const act = actingAs(service, superuser).call;
    const email = "quillon.unmistakable@example.org";
    const names = ["quillon", "unmistakable", "zephyrine", "xanthippe", "+4915550001"];

    const earlier = "xanthippe@example.org";
    await register(service, earlier, { name: "Zephyrine", username: "zephyrine.q" });
    await service.post("/verify-email", { token: await tokenMailedTo(service, earlier) });
    const early = await logIn(service, earlier);
    await service.post("/me/email", { newEmail: email, password: PASSWORD }, early.token);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    for (let guess = 0; guess < 4; guess++) await service.post("/login", { email, password: "wrong" });
    const { token } = await logIn(service, email);
    const id = await idOf(email);
    await service.call("PUT", "/api/auth/me/avatar", photoWithGps().bytes, token, {
      "Content-Type": "image/jpeg",
    });
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    await service.post("/login", { email, password: PASSWORD });
    await service.post("/forgot-password", { email });
    await linkGitHub(email);
    await service.call("PATCH", "/api/auth/me", { lastName: "Unmistakable" }, token);
    await service.env.DB.prepare("UPDATE accounts SET phone = '+4915550001' WHERE id = ?").bind(id).run();
    const before = await everything();
    for (const name of names) expect(before, name).toContain(name);
    expect((await env.AVATARS.list()).objects).toHaveLength(1);

    await act("POST", `/${id}/deactivate`);
    expect((await act("DELETE", `/${id}`)).status).toBe(200);
    const after = await everything();
    for (const name of names) expect(after, name).not.toContain(name);
    expect((await env.AVATARS.list()).objects).toHaveLength(0);
    const tables = [...(await dumpOf(env.DB))].filter(([, rows]) => JSON.stringify(rows).includes(id));
    expect(tables.map(([table]) => table)).toEqual(["audit_events"]);

    // And the address is free again, for an account that has nothing of the old one.
    await register(service, email);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    expect(await idOf(email)).not.toBe(id);
  });

  it("is there for somebody who was only invited", async () => {
    const service = startService();
    const superuser = await signedInAs(service, "superuser");
    const act = actingAs(service, superuser).call;
    const { body } = await act("POST", "", { email: "never-came@example.org", name: "Never" });
    await act("POST", `/${body.data.id}/deactivate`);
    expect((await act("DELETE", `/${body.data.id}`)).status).toBe(200);
    expect(await everything()).not.toContain("never-came");
  });
});
