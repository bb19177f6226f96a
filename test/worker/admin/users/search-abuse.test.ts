import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { emptyTables } from "../../../support/database-rows.ts";
import { idsFound, insertAccount, listUsers } from "../../../support/user-directory.ts";

beforeEach(() => emptyTables(env.DB));

describe("user search with hostile input", () => {
  const wordless: readonly [string, string][] = [
    ["an empty string", ""],
    ["spaces", "   \t\n "],
    ["only punctuation", "\"'*():^-+{}[]%_\\;,.@!?#&|~`<>/="],
    ["only emoji", "🦄🎉👩‍👩‍👧"],
    ["NUL", "\0"],
    ["half of a surrogate pair", "\uD800"],
    ["only accents", "\u0301\u0302"],
    ["private-use characters", "\uE000\uE001"],
  ];
  it.each(wordless)("finds no user by a search of %s", async (_name, search) => {
    await insertAccount({ name: "Ada" });
    expect(await listUsers({ search })).toEqual({ users: [], next: null });
  });

  it.each([
    ["an unfinished quote", '"unknown'],
    ["operators", "unknown AND unknown OR NOT NEAR(unknown, 2)"],
    ["a column filter", "email:unknown {name email}: unknown"],
    ["FTS5's own column", "account_search:rebuild"],
    ["a prefix of everything", "*"],
    ["first-token and phrase signs", "^unknown + unknown"],
    ["SQL", "'; DROP TABLE accounts; --"],
    ["a LIKE pattern", "%no_ody%"],
    ["10,000 letters", "n".repeat(10_000)],
    ["10,000 letters beyond the BMP", "𐐀".repeat(5000)],
    ["5,000 words", Array.from({ length: 5000 }, (_, n) => `w${n}`).join(" ")],
    ["10,000 quotes", '"'.repeat(10_000)],
    ["10,000 accents", `q${"\u0301".repeat(10_000)}`],
    ["a NUL within", "nob\0ody"],
    ["half of a surrogate pair within", "nob\uDC00ody"],
  ])("treats %s in a search as plain words", async (_name, search) => {
    await insertAccount({ name: "Ada" });
    for (const query of [
      {},
      { role: "user" as const, status: "active" as const, roles: ["user" as const] },
    ]) {
      expect(await listUsers({ search, ...query })).toEqual({ users: [], next: null });
    }
  });

  it("classifies every letter and digit of Unicode as the index does", async () => {
    await insertAccount({ name: "Ada" });
    // Words of 64 letters, 16 at a time: a letter that the index treats as a separator would be a syntax error.
    let letters = 0;
    let search = "";
    const search16Words = async () => {
      expect((await listUsers({ search })).users).toEqual([]);
      search = "";
    };
    for (let point = 0x80; point < 0x110000; point += 1) {
      const character = String.fromCodePoint(point);
      if (!/[\p{L}\p{N}]/u.test(character)) continue;
      letters += 1;
      search += letters % 64 === 0 ? `${character} ` : character;
      if (letters % 1024 === 0) await search16Words();
    }
    await search16Words();
    expect(letters).toBeGreaterThan(130_000);
  });

  it("finds no user of a role that the actor may not see", async () => {
    await insertAccount({ name: "Ada", role: "superuser" });
    await insertAccount({ name: "Ada", role: "admin" });
    const user = await insertAccount({ name: "Ada" });
    for (const search of [undefined, "ada"]) {
      expect(await idsFound({ roles: ["user"], search })).toEqual([user]);
      expect(await idsFound({ roles: ["user"], role: "admin", search })).toEqual([]);
      expect(await idsFound({ roles: [], search })).toEqual([]);
      expect(await idsFound({ roles: ["user"], role: "user", search })).toEqual([user]);
    }
  });
});
