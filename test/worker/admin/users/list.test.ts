import { beforeEach, describe, expect, it } from "vitest";
import { emptyTables } from "../../../support/database-rows.ts";
import { startService } from "../../../support/service.ts";
import {
  register,
  registerVerifiedUser,
  type SignedIn,
  signedInAs,
  usersApiAs,
} from "../../../support/users.ts";

const service = startService();
let admin: SignedIn;
let superuser: SignedIn;
const list = async (actor: SignedIn, query = "") => {
  const answer = await usersApiAs(service, actor).call("GET", query === "" ? "" : `?${query}`);
  return { ...answer, names: (answer.body.data?.users ?? []).map(({ name }: { name: string }) => name) };
};

beforeEach(async () => {
  await emptyTables(service.env.DB);
  superuser = await signedInAs(service, "superuser", "root@example.com");
  admin = await signedInAs(service, "admin", "admin@example.com");
  for (const name of ["Ada", "Grace", "Edsger", "Barbara", "Ángela"]) {
    const ascii = name.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
    await registerVerifiedUser(service, `${ascii}@example.org`, { name, lastName: "Example" });
  }
});

describe("GET /users", () => {
  it("lists only users to an admin, and all accounts to a superuser, newest first", async () => {
    expect((await list(admin)).names).toEqual(["Ángela", "Barbara", "Edsger", "Grace", "Ada"]);
    const all = await list(superuser);
    expect(all.body.data.users.map(({ role }: { role: string }) => role)).toEqual([
      ...Array(5).fill("user"),
      "admin",
      "superuser",
    ]);
    expect(all.body.data.nextCursor).toBeNull();
  });

  it("lists the profile that GET /me returns, and no password hash", async () => {
    const { signUpAnswers: _, missingFields: __, ...own } = (await service.get("/me", admin.token)).body.data;
    const shown = (await list(superuser, "search=admin")).body.data.users;
    expect(shown).toEqual([own]);
    expect(JSON.stringify(await list(superuser))).not.toMatch(/password|hash|pbkdf2/i);
  });

  it.each([
    ["search=gra", ["Grace"]],
    ["search=GRACE%40example.org", ["Grace"]],
    ["search=angela", ["Ángela"]],
    ["search=exam+bar", ["Barbara"]],
    ["search=", ["Ángela", "Barbara", "Edsger", "Grace", "Ada"]],
    ["search=%22%2A%28%3A-", []],
    ["search=nosuchuser", []],
    ["status=active&limit=2", ["Ángela", "Barbara"]],
    ["status=deactivated", []],
    ["role=user&search=ada", ["Ada"]],
    ["role=superuser", []],
  ])("lists to an admin the users that match ?%s", async (query, names) => {
    const answer = await list(admin, query);
    expect([answer.status, answer.names]).toEqual([200, names]);
  });

  it("pages stay stable while accounts are created and deleted", async () => {
    const seen: string[] = [];
    let cursor = "";
    for (let page = 0; page < 5; page++) {
      const { names, body } = await list(admin, `limit=1${cursor}`);
      seen.push(...names);
      await register(service, undefined, { name: "Latecomer" });
      if (page === 1)
        await service.env.DB.prepare("DELETE FROM accounts WHERE email = 'ada@example.org'").run();
      if (body.data.nextCursor === null) break;
      cursor = `&cursor=${body.data.nextCursor}`;
    }
    expect(seen).toEqual(["Ángela", "Barbara", "Edsger", "Grace"]);
  });
});

describe("GET /users with an invalid query", () => {
  it.each([
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=1.5", "limit"],
    ["limit=x", "limit"],
    ["cursor=x", "cursor"],
    ["cursor=-1", "cursor"],
    ["cursor=9999999999999999999", "cursor"],
    ["role=root", "role"],
    ["status=locked", "status"],
    [`search=${"x".repeat(201)}`, "search"],
    ["sort=email", "sort"],
  ])("rejects ?%s", async (query, path) => {
    const answer = await list(admin, query);
    expect([answer.status, answer.body.error?.code]).toEqual([400, "validation_failed"]);
    expect(answer.body.error?.fields?.map((field) => field.path)).toEqual([path]);
  });
});
