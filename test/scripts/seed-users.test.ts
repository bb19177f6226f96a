import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillDatabase } from "../../scripts/dev/fill-database.ts";
import { withLocalPlatform } from "../../scripts/shared/local-platform.ts";
import { createInstallation, type Installation } from "./dev-service.ts";
import { runAdmin } from "./run-admin.ts";
import { runProgram } from "./run-script.ts";

let installation: Installation;
beforeAll(async () => {
  installation = await createInstallation();
});
afterAll(() => installation?.remove());

const optionsOf = ({ config, persistTo }: Installation) => ({ config, persistTo, envFiles: [] });
const database = () => ["--config", installation.config, "--persist-to", installation.persistTo];
const seed = (...args: string[]) =>
  runProgram(process.execPath, ["scripts/dev/seed-users.ts", ...args, ...database()], {});

/** The users that a search finds. */
async function found(search: string): Promise<{ email: string }[]> {
  const { out } = await runAdmin(["list", "--search", search, "--limit", "1000", "--json", ...database()]);
  return JSON.parse(out).users;
}

describe("npm run seed:users", () => {
  // Fault 26: the addresses contained "[object Object]", and every search failed afterwards.
  it("adds users whose addresses are valid and whom a search finds, also in a second run", async () => {
    for (const run of [1, 2]) {
      const { code, out, err } = await seed("--count", "100");
      expect([code, err]).toEqual([0, ""]);
      expect(out).toContain("Added 100 users");
      await withLocalPlatform(optionsOf(installation), async ({ db }) => {
        const { results } = await db.prepare("SELECT email FROM accounts").all<{ email: string }>();
        expect(results).toHaveLength(100 * run);
        for (const { email } of results) expect(email).toMatch(/^[\w.-]+@[a-z.]+\.(?:test|com|org|net)$/);
      });
      expect((await found("test")).length + (await found("example")).length).toBe(100 * run);
    }
  });

  it.each([
    [[], "--count"],
    [["--count", "99"], "100"],
    [["--count", "many"], "many"],
  ])("refuses %j with one message and exit code 1", async (args, named) => {
    const { code, out, err } = await seed(...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(named);
    expect(err).not.toContain("    at ");
  });
});

describe("fillDatabase", () => {
  it("builds the search index also if the users cannot be inserted", async () => {
    await withLocalPlatform(optionsOf(installation), async ({ db }) => {
      const failing = {
        batch: (statements: D1PreparedStatement[]) => db.batch(statements),
        prepare: (query: string) =>
          db.prepare(query.startsWith("INSERT INTO accounts") ? "INSERT INTO nowhere VALUES (1)" : query),
      };
      const filling = { count: 100, passwordHash: "", now: Date.now() };
      await expect(fillDatabase(failing as never, filling)).rejects.toThrow("no such table: nowhere");
    });
    expect(Array.isArray(await found("ada"))).toBe(true);
  });
});
