import { CommanderError } from "commander";
import { formatError } from "../shared/format-error.ts";
import { readDeployOptions } from "./command-line.ts";
import { deploy } from "./deploy.ts";

// `npm run deploy`: checks the configuration, creates and migrates the database, deploys the code and checks the health.
// It changes nothing before all checks pass, and creates no secret without a confirmation.

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  try {
    await deploy(readDeployOptions(argv), (text) => console.log(`\n  ${text}`));
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(`\n${formatError(error, true)}\n`);
    return 1;
  }
}
