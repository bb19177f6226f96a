import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  logIn,
  PASSWORD,
  registerVerifiedUser,
  type SignedIn,
  signedInAs,
  usersApiAs,
} from "../../../support/users.ts";

const service = startService();
const CANARY = "canary-of-private-metadata";

const patchAs = (actor: SignedIn, id: string, body: object) =>
  usersApiAs(service, actor).call("PATCH", `/${id}`, body);
const getAs = (actor: SignedIn, id: string) => usersApiAs(service, actor).call("GET", `/${id}`);

async function newUser() {
  const { email } = await registerVerifiedUser(service);
  return { email, id: await accountIdOf(email) };
}

/** An object whose JSON has that many bytes. */
const ofBytes = (bytes: number) => ({ text: "x".repeat(bytes - JSON.stringify({ text: "" }).length) });

const ofDepth = (levels: number): object => (levels === 1 ? {} : { in: ofDepth(levels - 1) });

describe("an admin", () => {
  it("writes and reads both objects, and clears them by null", async () => {
    const admin = await signedInAs(service, "admin");
    const { id } = await newUser();
    expect((await getAs(admin, id)).body.data).toMatchObject({ publicMetadata: null, privateMetadata: null });
    const change = { publicMetadata: { plan: "pro", seats: [1, { a: null }] }, privateMetadata: { risk: 7 } };
    expect((await patchAs(admin, id, change)).body.data).toMatchObject(change);
    expect((await getAs(admin, id)).body.data).toMatchObject(change);
    const cleared = await patchAs(admin, id, { privateMetadata: null });
    expect(cleared.body.data).toMatchObject({ publicMetadata: change.publicMetadata, privateMetadata: null });
  });

  it("replaces an object as a whole, and leaves the other one and the profile", async () => {
    const admin = await signedInAs(service, "admin");
    const { id } = await newUser();
    await patchAs(admin, id, { publicMetadata: { a: 1, b: 2 }, privateMetadata: { c: 3 } });
    const { data } = (await patchAs(admin, id, { publicMetadata: { b: 3 } })).body;
    expect(data).toMatchObject({ name: "Ada", privateMetadata: { c: 3 } });
    expect(data.publicMetadata).toEqual({ b: 3 });
  });

  it("changes metadata and profile in one request, or neither", async () => {
    const admin = await signedInAs(service, "admin");
    const [{ id }, other] = [await newUser(), await newUser()];
    await patchAs(admin, other.id, { username: `taken.${other.id.slice(0, 8)}` });
    const change = { username: `taken.${other.id.slice(0, 8)}`, publicMetadata: { a: 1 } };
    expect((await patchAs(admin, id, change)).status).toBe(409);
    expect((await getAs(admin, id)).body.data.publicMetadata).toBeNull();
  });

  it("neither sees nor writes their own private metadata, nor that of another admin", async () => {
    const [admin, superuser] = [await signedInAs(service, "admin"), await signedInAs(service, "superuser")];
    await patchAs(superuser, admin.id, { privateMetadata: { note: CANARY } });
    const own = await getAs(admin, admin.id);
    expect([own.status, own.text.includes(CANARY), "privateMetadata" in own.body.data]).toEqual([
      200,
      false,
      false,
    ]);
    expect((await patchAs(admin, admin.id, { privateMetadata: {} })).status).toBe(403);
    const other = await signedInAs(service, "admin");
    expect((await getAs(other, admin.id)).text).not.toContain(CANARY);
    expect((await patchAs(other, admin.id, { publicMetadata: {} })).status).toBe(403);
  });

  it("leaves an audit event with the names of the objects, and never their values", async () => {
    const admin = await signedInAs(service, "admin");
    const { id } = await newUser();
    await patchAs(admin, id, { publicMetadata: { plan: "plan-canary" }, privateMetadata: { note: CANARY } });
    const { results } = await env.DB.prepare(
      "SELECT * FROM audit_events WHERE account_id = ? AND type = 'profile_updated'",
    )
      .bind(id)
      .all();
    expect(results).toEqual([
      expect.objectContaining({
        actor_id: admin.id,
        details: JSON.stringify({ fields: "privateMetadata,publicMetadata" }),
      }),
    ]);
    expect(JSON.stringify(results)).not.toMatch(/canary/);
  });
});

describe("the user", () => {
  it("reads the public object, and the private one nowhere", async () => {
    const admin = await signedInAs(service, "admin");
    const { email, id } = await newUser();
    await patchAs(admin, id, { publicMetadata: { plan: "pro" }, privateMetadata: { note: CANARY } });
    const { token } = await logIn(service, email);
    expect((await service.get("/me", token)).body.data.publicMetadata).toEqual({ plan: "pro" });
    for (const path of ["/me", "/sessions", "/me/identities", "/me/devices", `/users/${id}`]) {
      expect((await service.get(path, token)).text, path).not.toContain(CANARY);
    }
    expect(JSON.stringify(decodeJwt(token))).not.toContain("plan");
  });

  it.each(["publicMetadata", "privateMetadata"])("cannot write %s", async (field) => {
    const { email, id } = await newUser();
    const { token } = await logIn(service, email);
    for (const path of ["/me", `/users/${id}`]) {
      const answer = await service.call("PATCH", `/api/auth${path}`, { [field]: { plan: "free" } }, token);
      expect([400, 403, 404]).toContain(answer.status);
    }
    const body = { email: `m-${id}@example.com`, password: PASSWORD, name: "Ada", [field]: {} };
    expect((await service.post("/register", body)).status).toBe(400);
  });
});

describe("an object", () => {
  it.each([
    ["8192 bytes", ofBytes(8192), 200],
    ["8193 bytes", ofBytes(8193), 400],
    ["8193 bytes of multibyte text", { text: "é".repeat(4092) }, 400],
    // The body is one level itself.
    ["31 levels", ofDepth(31), 200],
    ["33 levels", ofDepth(33), 400],
    ["an array", [], 400],
    ["text", "plan", 400],
    ["a number", 1, 400],
    ["NUL in a key", { "a\0": 1 }, 400],
    ["an unpaired surrogate", { a: "\ud800" }, 400],
    ["an empty object", {}, 200],
  ])("of %s", async (_name, publicMetadata, status) => {
    const admin = await signedInAs(service, "admin");
    const { id } = await newUser();
    for (const field of ["publicMetadata", "privateMetadata"]) {
      expect((await patchAs(admin, id, { [field]: publicMetadata })).status).toBe(status);
    }
  });

  it("is written by 50 parallel requests, of which the last one wins for each object", async () => {
    const admin = await signedInAs(service, "admin");
    const { id } = await newUser();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        patchAs(admin, id, n % 2 === 0 ? { publicMetadata: { n } } : { privateMetadata: { n } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { publicMetadata, privateMetadata } = (await getAs(admin, id)).body.data;
    expect(publicMetadata.n % 2).toBe(0);
    expect(privateMetadata.n % 2).toBe(1);
  });
});
