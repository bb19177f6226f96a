import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { migrate, withLocalPlatform } from "../../scripts/shared/local-platform.ts";
import { migrateDatabase } from "../../scripts/shared/migrate-database.ts";
import { runWrangler } from "../../scripts/shared/run-wrangler.ts";
import { createInstallation, type Installation } from "./dev-service.ts";

let installation: Installation;
beforeAll(async () => {
  installation = await createInstallation();
});
afterAll(() => installation?.remove());

const optionsOf = ({ config, persistTo }: Installation) => ({ config, persistTo, envFiles: [] });

it("applies all migrations, so that wrangler and a second run find none", async () => {
  const { config, persistTo } = installation;
  const args = ["d1", "migrations", "list", "DB", "--local", "--config", config, "--persist-to", persistTo];
  const { code, output } = await runWrangler(args);
  expect([code, output]).toEqual([0, expect.stringContaining("No migrations to apply")]);
  expect(await migrate(optionsOf(installation))).toBe(false);
});

it("names a failing migration, changes nothing, and applies it once it is fixed", async () => {
  // A migrations directory of its own: the linked one is the repository's.
  const own = join(installation.path, "own");
  cpSync("migrations", own, { recursive: true });
  const before = readFileSync(installation.config, "utf8");
  writeFileSync(
    installation.config,
    before.replace('migrations_dir = "migrations"', 'migrations_dir = "own"'),
  );
  const broken = join(own, "9999_broken.sql");
  writeFileSync(
    broken,
    "CREATE TABLE half (id INTEGER);\n--> statement-breakpoint\nINSERT INTO nowhere VALUES (1);",
  );
  await withLocalPlatform(optionsOf(installation), async ({ db }) => {
    const tables = () => db.prepare("SELECT name FROM sqlite_master WHERE name = 'half'").all();
    await expect(migrateDatabase(db, optionsOf(installation))).rejects.toThrow(
      /rejected the migration 9999_broken\.sql.*no such table: nowhere/s,
    );
    expect((await tables()).results).toEqual([]);
    writeFileSync(broken, "CREATE TABLE half (id INTEGER);");
    expect(await migrateDatabase(db, optionsOf(installation))).toBe(true);
    expect((await tables()).results).toHaveLength(1);
  });
});
