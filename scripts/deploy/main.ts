import { Complaint } from "../dev/usage-error.ts";
import { formatError } from "../shared/format-error.ts";
import { HELP, readDeployCall } from "./command-line.ts";
import { deploy } from "./deploy.ts";

// `npm run deploy`: checks, the database, its migrations, the code, and a look at the service. Nothing secret is set
// without a yes, and nothing is changed before the checks are through.

process.exit(await run(process.argv.slice(2)));

async function run(argv: readonly string[]): Promise<number> {
  try {
    const call = readDeployCall(argv);
    if (call === null) console.log(HELP);
    else await deploy(call, (text) => console.log(`\n  ${text}`));
    return 0;
  } catch (error) {
    const says = error instanceof Complaint ? error.message : formatError(error, true);
    console.error(`\n${says}\n`);
    return 1;
  }
}
