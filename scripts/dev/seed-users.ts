import { randomBytes } from "node:crypto";
import { CommanderError } from "commander";
import { readConfig } from "../../src/composition/config.ts";
import { createPasswordHasher } from "../../src/core/crypto/password-hash.ts";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { addServiceOptions, createProgram, serviceOptionsOf, wholeNumber } from "../shared/command-line.ts";
import { withLocalPlatform } from "../shared/local-platform.ts";
import { migrateDatabase } from "../shared/migrate-database.ts";
import { createDevVars } from "./dev-vars.ts";
import { type FillableD1, fillDatabase } from "./fill-database.ts";

// `npm run seed:users -- --count 1000000 --persist-to DIR`: fills a local database with generated users, who share one
// password. The options select the database as in `npm run dev`. The service must not be running.

try {
  await seed(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode);
  console.error(`\n${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

async function seed(argv: readonly string[]): Promise<void> {
  const program = addServiceOptions(createProgram("npm run seed:users --"));
  program
    .requiredOption("--count <number>", "how many users to add", wholeNumber(100, 10_000_000))
    .parse(argv, { from: "user" });
  const { count } = program.opts();
  const options = serviceOptionsOf(program);
  createDevVars(options);
  const began = Date.now();
  const password = randomBytes(18).toString("base64url");
  await withLocalPlatform(options, async ({ variables, db }) => {
    await migrateDatabase(db, options);
    const config = readConfig(variables);
    if (!config.ok) throw new Error("The variables are invalid: `npm run dev` shows the problems.");
    const { authSecret, authSecretPrevious, passwordHashBlocks } = config.value;
    const ring = await createSecretRing(authSecret, authSecretPrevious);
    await fillDatabase(db as unknown as FillableD1, {
      count,
      passwordHash: await createPasswordHasher(ring, passwordHashBlocks).hash(password),
      now: began,
      onProgress: (done) => console.log(`${done.toLocaleString("en")} users`),
    });
  });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`\nAdded ${count.toLocaleString("en")} users in ${seconds} s. The password of each user:\n`);
  console.log(`    ${password}\n`);
}
