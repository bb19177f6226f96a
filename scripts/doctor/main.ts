import { Complaint } from "../dev/usage-error.ts";
import { formatError } from "../shared/format-error.ts";
import { HELP, readDoctorCall } from "./command-line.ts";
import { examine } from "./examine.ts";
import { openPlace } from "./open-place.ts";
import { printFindings } from "./print-findings.ts";

// `npm run doctor`: what is wrong with a service, here or deployed, and what puts it right. It changes nothing.

// wrangler may leave a connection open, which would keep the process.
process.exit(await run(process.argv.slice(2)));

async function run(argv: readonly string[]): Promise<number> {
  try {
    const call = readDoctorCall(argv);
    if (call === null) {
      console.log(HELP);
      return 0;
    }
    const findings = await examine(call, openPlace);
    console.log(printFindings(findings));
    return findings.some(({ level }) => level === "fail") ? 1 : 0;
  } catch (error) {
    console.error(error instanceof Complaint ? error.message : formatError(error, argv.includes("--remote")));
    return 1;
  }
}
