import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { userDirectoryStore } from "../../../../src/admin/users/user-search-store.ts";
import { openDatabase } from "../../../../src/db/database.ts";
import { newMeter } from "../../../../src/db/metered-d1.ts";
import { recordD1 } from "../../../support/d1.ts";
import { emptyTables } from "../../../support/database-rows.ts";
import { idsFound, idsOnPages, insertAccount, listUsers } from "../../../support/user-directory.ts";

beforeEach(() => emptyTables(env.DB));

const sql = (text: string, ...values: unknown[]) =>
  env.DB.prepare(text)
    .bind(...values)
    .run();

describe("user search", () => {
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
    ["a name with decomposed accents", "Noe\u0308l"],
    ["an accent that the name does not have", "Áugusta"],
    ["words among punctuation", ' *lovelace* -- "king" (noël); '],
    ["a word that is written twice", "ada ada ada"],
  ])("finds a user by %s", async (_name, search) => {
    const id = await insertAccount({
      email: "Ada.Byron@post.example.com",
      name: "Augusta Ada Lovelace",
      lastName: "King-Noël",
      username: "Enchantress.of.Number",
    });
    await insertAccount({
      email: "grace@example.org",
      name: "Grace",
      lastName: "Hopper",
      username: "amazing",
    });
    const found = await idsFound({ search });
    expect(found).toContain(id);
    if (search !== "a") expect(found).toEqual([id]);
  });

  it("finds users by names in many scripts", async () => {
    const names = ["Łukasz", "Ελένη", "Дмитрий", "山田太郎", "فاطمة", "Nguyễn", "𐐀𐐁"];
    for (const name of names) {
      const id = await insertAccount({ name });
      expect(await idsFound({ search: name }), name).toEqual([id]);
      expect(await idsFound({ search: [...name].slice(0, 2).join("") }), name).toEqual([id]);
    }
    expect(await idsFound({ search: "nguyen" })).toHaveLength(1);
    expect(await idsFound({ search: "ΕΛΈΝΗ" })).toHaveLength(1);
  });

  // Fault 12: the index keeps letters that Unicode does not decompose.
  it.each([
    ["Łukasz", "lukasz"],
    ["Władysław", "wladyslaw"],
    ["Søren", "soren"],
    ["Søren", "soeren"],
    ["Đorđe", "dorde"],
    ["Işık", "isik"],
    ["Yıldırım", "YILDIRIM"],
    ["Straße", "strasse"],
    ["Straße", "STRASSE"],
    ["Müller", "mueller"],
    ["Müller", "muller"],
    ["Größer", "groesser"],
    ["Aase", "Åse"],
    ["Åse", "aase"],
    ["Æsa", "aesa"],
    ["Þórðarson", "thordarson"],
    ["Guðmundsdóttir", "gudmundsdottir"],
    ["Lukasz", "Łukasz"],
    ["Soren", "Søren"],
    ["Strasse", "Straße"],
    ["Mueller", "Müller"],
    ["Mueller", "Mu\u0308ller"],
    ["Isik", "Işık"],
  ])("finds %s by %s", async (name, search) => {
    const id = await insertAccount({ name });
    await insertAccount({ name: "Muster" });
    expect(await idsFound({ search })).toEqual([id]);
    expect(await idsFound({ search: `${search} kim`, role: "user", status: "active" })).toEqual([id]);
    expect(await idsFound({ search: search.slice(0, -1) })).toContain(id);
  });

  it("finds a user by six words in other spellings at once", async () => {
    const id = await insertAccount({ name: "Łukasz Søren Đorđe", lastName: "Işık Straße Müller" });
    await insertAccount({ name: "Łukasz Søren Đorđe", lastName: "Işık Straße" });
    expect(await idsFound({ search: "lukasz soren dorde isik strasse mueller" })).toEqual([id]);
  });

  it("finds users by words longer than the longest indexed prefix", async () => {
    const id = await insertAccount({ name: "Wolfeschlegelsteinhausenbergerdorff" });
    await insertAccount({ name: "Wolfeschlegelstein" });
    expect(await idsFound({ search: "wolfeschlegelsteinh" })).toEqual([id]);
    expect(await idsFound({ search: "wolfeschlegel" })).toHaveLength(2);
  });

  it("returns the whole account without its password hash", async () => {
    const id = await insertAccount({ email: "ada@example.com", name: "Ada", username: "ada", role: "admin" });
    await sql("UPDATE accounts SET password_hash = 'secret', age = 36, email_verified_at = 5");
    for (const query of [{}, { search: "ada" }]) {
      expect(await listUsers(query)).toEqual({
        users: [
          {
            id,
            email: "ada@example.com",
            emailVerifiedAt: 5,
            emailImplied: false,
            name: "Ada",
            lastName: null,
            username: "ada",
            age: 36,
            phone: null,
            phoneVerifiedAt: null,
            avatarKey: null,
            locale: null,
            publicMetadata: null,
            role: "admin",
            status: "active",
            deletionDueAt: null,
            createdAt: 0,
            updatedAt: 0,
            lastSignInAt: null,
          },
        ],
        next: null,
      });
    }
  });

  it("filters users by role and status, with and without a search", async () => {
    const names = new Map<string, string>();
    for (const role of ["user", "admin", "superuser"] as const) {
      for (const status of ["active", "deactivated"] as const) {
        for (const name of ["Ada", "Grace"])
          names.set(await insertAccount({ name, role, status }), `${name} ${role} ${status}`);
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

  it("returns users newest first, page by page", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) ids.unshift(await insertAccount({ name: "Ada", lastName: `No ${n}` }));
    for (const query of [{}, { search: "ada" }, { status: "active" as const }]) {
      const first = await listUsers({ ...query, limit: 3 });
      expect(first.users.map(({ id }) => id)).toEqual(ids.slice(0, 3));
      const second = await listUsers({ ...query, limit: 3, after: first.next });
      expect(second.users.map(({ id }) => id)).toEqual(ids.slice(3, 6));
      expect((await listUsers({ ...query, limit: 1, after: second.next })).next).toBeNull();
      expect(await listUsers({ ...query, limit: 7 })).toMatchObject({ next: null });
    }
  });
});

describe("pages of the user list", () => {
  it.each([
    ["all users", {}],
    ["a search", { search: "ada" }],
    ["a filter", { role: "user" as const }],
  ])(
    "pages of %s neither repeat nor skip users while accounts are created and deleted",
    async (_name, query) => {
      const ids: string[] = [];
      for (let n = 0; n < 20; n += 1) ids.unshift(await insertAccount({ name: "Ada" }));
      const [newest, oldest] = [ids[0], ids.at(-1)];
      let pagesRead = 0;
      const seen = await idsOnPages({ ...query, limit: 3 }, async () => {
        pagesRead += 1;
        await insertAccount({ name: "Ada" });
        // An account of the last page, and the account that the first page ended with.
        if (pagesRead === 1) await sql("DELETE FROM accounts WHERE id IN (?, ?, ?)", newest, ids[2], oldest);
        if (pagesRead === 2) await sql("UPDATE accounts SET last_name = 'Renamed' WHERE id = ?", ids[10]);
      });
      expect(seen).toEqual(ids.slice(0, -1));
    },
  );
});

describe("the search of an admin", () => {
  it("reads no rows of matching accounts of other roles", async () => {
    const user = await insertAccount({ name: "Ada" });
    for (let n = 0; n < 100; n += 1) await insertAccount({ name: "Ada", role: "admin" });
    const d1 = recordD1(env.DB);
    const directory = userDirectoryStore(openDatabase(d1.db, newMeter()));
    const { users } = await directory.list({ roles: ["user"], search: "ada", limit: 10, after: null });
    expect(users.map(({ id }) => id)).toEqual([user]);
    const [search] = d1.statements;
    const { meta } = await sql(search?.sql ?? "", ...(search?.values ?? []));
    expect(meta.rows_read).toBeLessThan(50);
  });
});
