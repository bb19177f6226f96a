import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { migrate, withLocalPlatform } from "../../scripts/shared/local-platform.ts";
import { migrateDatabase } from "../../scripts/shared/migrate-database.ts";
import { runWrangler } from "../../scripts/shared/run-wrangler.ts";
import { createHouse, type House } from "./dev-service.ts";

let house: House;
beforeAll(async () => {
  house = await createHouse();
});
afterAll(() => house?.remove());

const placeOf = ({ config, persistTo }: House) => ({
  config,
  persistTo,
  env: undefined,
  envFiles: [],
  vars: {},
});

it("leaves nothing to do for wrangler, nor for itself", async () => {
  const { config, persistTo } = house;
  const args = ["d1", "migrations", "list", "DB", "--local", "--config", config, "--persist-to", persistTo];
  const { code, output } = await runWrangler(args);
  expect([code, output]).toEqual([0, expect.stringContaining("No migrations to apply")]);
  expect(await migrate(placeOf(house))).toBe(false);
});

it("names a migration that fails, of which nothing is done, and does it when it is mended", async () => {
  // The house's own folder of migrations; the one it has by a link is everybody's.
  const own = join(house.path, "own");
  cpSync("migrations", own, { recursive: true });
  const before = readFileSync(house.config, "utf8");
  writeFileSync(house.config, before.replace('migrations_dir = "migrations"', 'migrations_dir = "own"'));
  const broken = join(own, "9999_broken.sql");
  writeFileSync(
    broken,
    "CREATE TABLE half (id INTEGER);\n--> statement-breakpoint\nINSERT INTO nowhere VALUES (1);",
  );
  await withLocalPlatform(placeOf(house), async ({ db }) => {
    const tables = () => db.prepare("SELECT name FROM sqlite_master WHERE name = 'half'").all();
    await expect(migrateDatabase(db, placeOf(house))).rejects.toThrow(
      /could not be migrated by 9999_broken\.sql.*no such table: nowhere/s,
    );
    expect((await tables()).results).toEqual([]);
    writeFileSync(broken, "CREATE TABLE half (id INTEGER);");
    expect(await migrateDatabase(db, placeOf(house))).toBe(true);
    expect((await tables()).results).toHaveLength(1);
  });
});
