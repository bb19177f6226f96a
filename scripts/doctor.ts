import { Complaint } from "./complaint.ts";
import { HELP, readDoctorCall } from "./doctor/command-line.ts";
import { examine } from "./doctor/examine.ts";
import { openPlace } from "./doctor/open-place.ts";
import { printFindings } from "./doctor/print-findings.ts";
import { explain } from "./explain.ts";

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
    console.error(error instanceof Complaint ? error.message : explain(error, argv.includes("--remote")));
    return 1;
  }
}
