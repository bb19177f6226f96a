import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addPerson, bytesOfIndex, idsFound, idsOnPages, page } from "../../support/directory.ts";
import { emptyTables } from "../../support/dump.ts";

beforeEach(() => emptyTables(env.DB));

const sql = (text: string, ...values: unknown[]) =>
  env.DB.prepare(text)
    .bind(...values)
    .run();

const isIntact = () =>
  sql("INSERT INTO account_search (account_search, rank) VALUES ('integrity-check', 1)").then(
    () => true,
    () => false,
  );

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

describe("what changes is found as it is now", () => {
  it("after a new name, address, username, role and status", async () => {
    const id = await addPerson({
      email: "old@example.com",
      name: "Olden",
      lastName: "Days",
      username: "oldie",
    });
    await sql(
      "UPDATE accounts SET email = 'fresh@example.net', name = 'Newton', last_name = NULL, username = 'newbie', role = 'admin', status = 'deactivated'",
    );
    for (const search of ["old@example.com", "olden", "days", "oldie"]) {
      expect(await idsFound({ search }), search).toEqual([]);
    }
    for (const search of ["fresh@example.net", "newton", "newbie"]) {
      expect(await idsFound({ search }), search).toEqual([id]);
    }
    expect(await idsFound({ role: "admin", status: "deactivated" })).toEqual([id]);
    expect(await idsFound({ role: "user" })).toEqual([]);
    expect(await idsFound({ status: "active" })).toEqual([]);
    expect(await isIntact()).toBe(true);
  });

  it("by the row, should the index say otherwise", async () => {
    // U+E000 begins the words for roles and statuses; a name may have it too.
    const id = await addPerson({ name: "\uE000admin \uE000deactivated", role: "user" });
    expect(await idsFound({ role: "admin" })).toEqual([]);
    expect(await idsFound({ status: "deactivated" })).toEqual([]);
    expect(await idsFound({ search: "\uE000admin" })).toEqual([]);
    expect(await idsFound({ role: "user" })).toEqual([id]);
  });

  it("and the index can be made anew from the rows", async () => {
    const id = await addPerson({ name: "Ada" });
    const migration = env.TEST_MIGRATIONS.find(({ name }) => name.includes("account_search"));
    expect(migration?.queries.length).toBeGreaterThan(10);
    for (let times = 0; times < 2; times += 1) {
      await env.DB.batch((migration?.queries ?? []).map((query) => env.DB.prepare(query)));
      expect(await idsFound({ search: "ada", role: "user" })).toEqual([id]);
      expect(await isIntact()).toBe(true);
    }
    expect(await idsFound({ search: "eve" })).toEqual([]);
    await addPerson({ name: "Eve" });
    expect(await idsFound({ search: "eve" })).toHaveLength(1);
  });
});

describe("what is gone leaves nothing behind in the index", () => {
  const traces = ["quixotically", "zanzibarian", "vexillologist", "xylographer"];
  const person = {
    email: "quixotically@example.com",
    name: "Zanzibarian",
    lastName: "Vexillologist",
    username: "xylographer",
  };

  it.each([
    ["deleted", "DELETE FROM accounts WHERE id = ?"],
    [
      "renamed",
      "UPDATE accounts SET email = 'x@example.com', name = 'X', last_name = 'X', username = 'x' WHERE id = ?",
    ],
  ])("of somebody who is %s", async (_what, change) => {
    for (let n = 0; n < 200; n += 1) await addPerson({ name: "Ada", lastName: `Number${n}` });
    const id = await addPerson(person);
    for (let n = 0; n < 200; n += 1) await addPerson({ name: "Grace" });
    // Terms are stored by what they have not in common with the one before: the ends are there in any case.
    const before = await bytesOfIndex();
    for (const trace of traces) expect(before).toContain(trace.slice(3));
    await sql(change, id);
    const after = await bytesOfIndex();
    for (const trace of traces) expect(after).not.toContain(trace.slice(3));
    expect(await isIntact()).toBe(true);
  });
});

describe("finding people abuse", () => {
  const nothing: readonly [string, string][] = [
    ["nothing", ""],
    ["spaces", "   \t\n "],
    ["signs alone", "\"'*():^-+{}[]%_\\;,.@!?#&|~`<>/="],
    ["emoji alone", "🦄🎉👩‍👩‍👧"],
    ["NUL", "\0"],
    ["half of a surrogate pair", "\uD800"],
    ["accents alone", "\u0301\u0302"],
    ["private-use characters", "\uE000\uE001"],
  ];
  it.each(nothing)("finds nobody by %s", async (_what, search) => {
    await addPerson({ name: "Ada" });
    expect(await page({ search })).toEqual({ users: [], next: null });
  });

  it.each([
    ["an unfinished quote", '"nobody'],
    ["operators", "nobody AND nobody OR NOT NEAR(nobody, 2)"],
    ["a column filter", "email:nobody {name email}: nobody"],
    ["FTS5's own column", "account_search:rebuild"],
    ["a prefix of everything", "*"],
    ["first-token and phrase signs", "^nobody + nobody"],
    ["SQL", "'; DROP TABLE accounts; --"],
    ["a LIKE pattern", "%no_ody%"],
    ["10,000 letters", "n".repeat(10_000)],
    ["10,000 letters beyond the BMP", "𐐀".repeat(5000)],
    ["5,000 words", Array.from({ length: 5000 }, (_, n) => `w${n}`).join(" ")],
    ["10,000 quotes", '"'.repeat(10_000)],
    ["10,000 accents", `q${"\u0301".repeat(10_000)}`],
    ["a NUL within", "nob\0ody"],
    ["half of a surrogate pair within", "nob\uDC00ody"],
  ])("takes %s for words", async (_what, search) => {
    await addPerson({ name: "Ada" });
    for (const query of [
      {},
      { role: "user" as const, status: "active" as const, roles: ["user" as const] },
    ]) {
      expect(await page({ search, ...query })).toEqual({ users: [], next: null });
    }
  });

  it("takes every letter and digit of Unicode for what the index takes it", async () => {
    await addPerson({ name: "Ada" });
    // Words of 64 letters, 16 at a time: a letter that ended a word of the index would be a syntax error.
    let letters = 0;
    let search = "";
    const ask = async () => {
      expect((await page({ search })).users).toEqual([]);
      search = "";
    };
    for (let point = 0x80; point < 0x110000; point += 1) {
      const character = String.fromCodePoint(point);
      if (!/[\p{L}\p{N}]/u.test(character)) continue;
      letters += 1;
      search += letters % 64 === 0 ? `${character} ` : character;
      if (letters % 1024 === 0) await ask();
    }
    await ask();
    expect(letters).toBeGreaterThan(130_000);
  });

  it("shows nobody of a role that the asker may not see", async () => {
    await addPerson({ name: "Ada", role: "superuser" });
    await addPerson({ name: "Ada", role: "admin" });
    const user = await addPerson({ name: "Ada" });
    for (const search of [undefined, "ada"]) {
      expect(await idsFound({ roles: ["user"], search })).toEqual([user]);
      expect(await idsFound({ roles: ["user"], role: "admin", search })).toEqual([]);
      expect(await idsFound({ roles: [], search })).toEqual([]);
      expect(await idsFound({ roles: ["user"], role: "user", search })).toEqual([user]);
    }
  });
});
