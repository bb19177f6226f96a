import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addPerson, idsFound, idsOnPages, page } from "../../../support/directory.ts";
import { emptyTables } from "../../../support/dump.ts";

beforeEach(() => emptyTables(env.DB));

const sql = (text: string, ...values: unknown[]) =>
  env.DB.prepare(text)
    .bind(...values)
    .run();

describe("finding people succeeds", () => {
  it.each([
    ["the whole address", "ada.byron@post.example.com"],
    ["the beginning of the address", "ada.by"],
    ["a word of the domain", "post"],
    ["the first name", "Augusta"],
    ["the beginning of a later name", "lovel"],
    ["the last name", "king-noel"],
    ["the username", "enchantress.of.number"],
    ["a word of the username", "number"],
    ["two words in any order", "lovelace augusta"],
    ["words of different fields", "augusta post"],
    ["another case", "AUGUSTA"],
    ["one letter", "a"],
    ["a name without its accents", "noel"],
    ["a name with its accents", "Noël"],
    ["a name whose accents are apart", "Noe\u0308l"],
    ["an accent that the name does not have", "Áugusta"],
    ["words among signs", ' *lovelace* -- "king" (noël); '],
    ["a word that is written twice", "ada ada ada"],
  ])("by %s", async (_what, search) => {
    const id = await addPerson({
      email: "Ada.Byron@post.example.com",
      name: "Augusta Ada Lovelace",
      lastName: "King-Noël",
      username: "Enchantress.of.Number",
    });
    await addPerson({ email: "grace@example.org", name: "Grace", lastName: "Hopper", username: "amazing" });
    const found = await idsFound({ search });
    expect(found).toContain(id);
    if (search !== "a") expect(found).toEqual([id]);
  });

  it("in scripts of many kinds", async () => {
    const names = ["Łukasz", "Ελένη", "Дмитрий", "山田太郎", "فاطمة", "Nguyễn", "𐐀𐐁"];
    for (const name of names) {
      const id = await addPerson({ name });
      expect(await idsFound({ search: name }), name).toEqual([id]);
      expect(await idsFound({ search: [...name].slice(0, 2).join("") }), name).toEqual([id]);
    }
    expect(await idsFound({ search: "nguyen" })).toHaveLength(1);
    expect(await idsFound({ search: "ΕΛΈΝΗ" })).toHaveLength(1);
  });

  it("by words longer than any that is indexed by its beginnings", async () => {
    const id = await addPerson({ name: "Wolfeschlegelsteinhausenbergerdorff" });
    await addPerson({ name: "Wolfeschlegelstein" });
    expect(await idsFound({ search: "wolfeschlegelsteinh" })).toEqual([id]);
    expect(await idsFound({ search: "wolfeschlegel" })).toHaveLength(2);
  });

  it("gives the whole account and never its password hash", async () => {
    const id = await addPerson({ email: "ada@example.com", name: "Ada", username: "ada", role: "admin" });
    await sql("UPDATE accounts SET password_hash = 'secret', age = 36, email_verified_at = 5");
    for (const query of [{}, { search: "ada" }]) {
      expect(await page(query)).toEqual({
        users: [
          {
            id,
            email: "ada@example.com",
            emailVerifiedAt: 5,
            name: "Ada",
            lastName: null,
            username: "ada",
            age: 36,
            phone: null,
            phoneVerifiedAt: null,
            avatarKey: null,
            locale: null,
            role: "admin",
            status: "active",
            createdAt: 0,
            updatedAt: 0,
          },
        ],
        next: null,
      });
    }
  });

  it("by role, by status, by both, and by both among those that are searched for", async () => {
    const names = new Map<string, string>();
    for (const role of ["user", "admin", "superuser"] as const) {
      for (const status of ["active", "deactivated"] as const) {
        for (const name of ["Ada", "Grace"])
          names.set(await addPerson({ name, role, status }), `${name} ${role} ${status}`);
      }
    }
    const found = async (query: object) => (await idsFound(query)).map((id) => names.get(id)).sort();
    expect(await found({})).toHaveLength(12);
    expect(await found({ role: "admin" })).toHaveLength(4);
    expect(await found({ status: "deactivated" })).toHaveLength(6);
    expect(await found({ role: "user", status: "active" })).toEqual(["Ada user active", "Grace user active"]);
    expect(await found({ search: "a", role: "admin" })).toEqual([
      "Ada admin active",
      "Ada admin deactivated",
    ]);
    expect(await found({ search: "gra", role: "superuser", status: "deactivated" })).toEqual([
      "Grace superuser deactivated",
    ]);
    expect(await found({ roles: ["user"], search: "ada" })).toEqual([
      "Ada user active",
      "Ada user deactivated",
    ]);
    expect(await found({ roles: ["user"] })).toHaveLength(4);
    expect(await found({ roles: ["user", "admin"] })).toHaveLength(8);
    expect(await found({ roles: ["user", "admin"], search: "ada" })).toHaveLength(4);
  });

  it("newest first, page by page", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) ids.unshift(await addPerson({ name: "Ada", lastName: `No ${n}` }));
    for (const query of [{}, { search: "ada" }, { status: "active" as const }]) {
      const first = await page({ ...query, limit: 3 });
      expect(first.users.map(({ id }) => id)).toEqual(ids.slice(0, 3));
      const second = await page({ ...query, limit: 3, after: first.next });
      expect(second.users.map(({ id }) => id)).toEqual(ids.slice(3, 6));
      expect((await page({ ...query, limit: 1, after: second.next })).next).toBeNull();
      expect(await page({ ...query, limit: 7 })).toMatchObject({ next: null });
    }
  });
});

describe("pages", () => {
  it.each([
    ["everybody", {}],
    ["a search", { search: "ada" }],
    ["a filter", { role: "user" as const }],
  ])("of %s neither repeat nor lose anybody while people come and go", async (_what, query) => {
    const ids: string[] = [];
    for (let n = 0; n < 20; n += 1) ids.unshift(await addPerson({ name: "Ada" }));
    const [newest, oldest] = [ids[0], ids.at(-1)];
    let turn = 0;
    const seen = await idsOnPages({ ...query, limit: 3 }, async () => {
      turn += 1;
      await addPerson({ name: "Ada" });
      // Somebody of the last page, and the very person that the first page ended with.
      if (turn === 1) await sql("DELETE FROM accounts WHERE id IN (?, ?, ?)", newest, ids[2], oldest);
      if (turn === 2) await sql("UPDATE accounts SET last_name = 'Renamed' WHERE id = ?", ids[10]);
    });
    expect(seen).toEqual(ids.slice(0, -1));
  });
});
