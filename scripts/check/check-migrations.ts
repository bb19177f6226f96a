import { spawnSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { createScratchDirectory } from "../shared/scratch-directory.ts";

// Checks that the migrations produce the schema: drizzle-kit, run on a copy, must generate no migration.

const scratch = createScratchDirectory();
try {
  const copy = join(scratch.path, "migrations");
  cpSync("migrations", copy, { recursive: true });
  const before = readdirSync(copy).length;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    // A relative path: drizzle-kit prepends "./".
    [
      "node_modules/drizzle-kit/bin.cjs",
      "generate",
      "--dialect=sqlite",
      "--schema=./src/db/schema.ts",
      `--out=${relative(".", copy)}`,
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 },
  );
  if (status !== 0) {
    fail(`drizzle-kit could not compare the schema with the migrations.\n${stdout}${stderr}`);
  } else if (readdirSync(copy).length !== before) {
    fail("src/db/schema.ts is ahead of migrations/: run `npm run db:generate`.");
  } else {
    console.log("The migrations produce the schema.");
  }
} finally {
  scratch.remove();
}

function fail(reason: string): void {
  console.error(reason);
  process.exitCode = 1;
}
