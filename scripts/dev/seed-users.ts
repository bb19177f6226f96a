import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { readConfig } from "../../src/composition/config.ts";
import { createPasswordHasher } from "../../src/core/crypto/password-hash.ts";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { withLocalPlatform } from "../shared/local-platform.ts";
import { migrateDatabase } from "../shared/migrate-database.ts";
import { readWranglerArguments } from "../shared/wrangler-arguments.ts";
import { makeDevVars } from "./dev-vars.ts";
import { type FillableD1, fillDatabase } from "./fill-database.ts";

// `npm run seed:users -- --count 1000000 --persist-to DIR`: a local database full of made-up people, who all
// have one password. Takes the arguments of `npm run dev` that say which database; the service must not be running.

const MOST = 10_000_000;

try {
  await seed(process.argv.slice(2));
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

async function seed(argv: readonly string[]): Promise<void> {
  const count = readCount(argv);
  const args = readWranglerArguments(argv);
  makeDevVars(args);
  const began = Date.now();
  const password = randomBytes(18).toString("base64url");
  await withLocalPlatform(args, async ({ variables, db }) => {
    await migrateDatabase(db, args);
    const config = readConfig(variables);
    if (!config.ok) throw new Error("The variables are not in order: `npm run dev` says which.");
    const { authSecret, authSecretPrevious, passwordHashBlocks } = config.value;
    const ring = await createSecretRing(authSecret, authSecretPrevious);
    await fillDatabase(db as unknown as FillableD1, {
      count,
      passwordHash: await createPasswordHasher(ring, passwordHashBlocks).hash(password),
      now: began,
      onProgress: (done) => console.log(`${done.toLocaleString("en")} people`),
    });
  });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(
    `\nAdded ${count.toLocaleString("en")} people in ${seconds} s. The password of each of them:\n`,
  );
  console.log(`    ${password}\n`);
}

function readCount(argv: readonly string[]): number {
  const { values } = parseArgs({ args: [...argv], options: { count: { type: "string" } }, strict: false });
  const count = Number(values.count);
  if (Number.isInteger(count) && count >= 100 && count <= MOST) return count;
  throw new Error(`--count must be a whole number from 100 to ${MOST.toLocaleString("en")}.`);
}
