import { CommanderError, InvalidArgumentError } from "commander";
import { readDeployment } from "../deploy/deployment.ts";
import { addServiceOptions, createProgram, serviceOptionsOf } from "../shared/command-line.ts";
import { formatError } from "../shared/format-error.ts";
import { type Finding, formatFindings } from "./finding.ts";
import {
  type DoctorOptions,
  migrationFiles,
  readConfigFacts,
  readKeys,
  readMail,
  readService,
  readTools,
  withInspectedService,
} from "./gather.ts";
import { judgeBindings, judgeHashing, judgeMigrations, judgeTools } from "./judge-configuration.ts";
import { judgeMail } from "./judge-mail.ts";
import { judgeOrigins, judgeService } from "./judge-network.ts";
import { judgeKeys, judgeSecrets } from "./judge-secrets.ts";

// `npm run doctor`: checks a local or deployed service, and prints a fix for each failure. It changes nothing.

// wrangler may leave a connection open, which would keep the process running.
process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const findings = await examine(readOptions(argv));
    console.log(formatFindings(findings));
    return findings.some(({ level }) => level === "fail") ? 1 : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(formatError(error, argv.includes("--remote")));
    return 1;
  }
}

function readOptions(argv: readonly string[]): DoctorOptions {
  const program = createProgram("npm run doctor --").description(
    "Check the service of this machine. Exits with 1 if a check fails.",
  );
  program
    .option(
      "--remote",
      "check the deployed service, with wrangler's login: bindings, names of secrets, migrations",
    )
    .option(
      "--url <url>",
      "check the public endpoints at this URL; without --remote, only these",
      parseOrigin,
    )
    .option("--no-dns", "skip the DNS records of the sender domain");
  addServiceOptions(program)
    .option("--name <name>", "the Worker's name, if it is not that of the configuration")
    .parse(argv, { from: "user" });
  const { remote: isRemote = false, url, dns, name } = program.opts();
  return { ...serviceOptionsOf(program), isRemote, url, dns, name };
}

function parseOrigin(value: string): string {
  const url = URL.parse(value);
  if (url && /^https?:$/.test(url.protocol)) return url.origin;
  throw new InvalidArgumentError("It must be a URL such as https://auth.example.com.");
}

/** Runs the checks in the order of the report. */
async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const { isRemote, url } = options;
  const tools = judgeTools(readTools());
  if (url !== undefined && !isRemote) return [...tools, ...judgeService(await readService(url))];
  const deployment = await readDeployment(options);
  const internal = await withInspectedService(options, async (service): Promise<readonly Finding[]> => {
    const { variables, query, roots } = service;
    const text = (name: string) => String(variables[name] ?? "").trim() || undefined;
    const list = (name: string) =>
      (text(name) ?? "")
        .split(",")
        .map((item) => item.trim())
        .filter(Boolean);
    const keys = query && (await readKeys(query, ...roots));
    return [
      ...judgeBindings(readConfigFacts(deployment, text("MAIL_PROVIDER"))),
      ...judgeSecrets({ ...service, inFile: deployment.vars }),
      ...judgeMigrations({ isRemote, files: migrationFiles(), applied: service.applied }),
      ...(keys ? judgeKeys(keys) : []),
      ...judgeOrigins({
        publicUrl: text("PUBLIC_URL"),
        allowedOrigins: list("ALLOWED_ORIGINS"),
        captcha: text("CAPTCHA_PROVIDER"),
      }),
      ...judgeMail(await readMail(variables, options.dns)),
      judgeHashing(Number(text("PASSWORD_HASH_BLOCKS") ?? 6)),
    ];
  });
  const origin = url ?? (isRemote ? URL.parse(String(deployment.vars.PUBLIC_URL ?? ""))?.origin : undefined);
  return [...tools, ...internal, ...(origin ? judgeService(await readService(origin)) : [])];
}
