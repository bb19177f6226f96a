import { ensureGeneratedFiles } from "../build/ensure-generated-files.ts";
import { clientsFilePath, readClientsFile } from "../shared/clients-file.ts";
import { CommandError } from "../shared/command-error.ts";
import { exitOf, startWrangler } from "../shared/run-wrangler.ts";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import { applyClients, requireValidClients } from "./apply-clients.ts";
import { type Cloudflare, cloudflare } from "./cloudflare.ts";
import type { DeployOptions } from "./command-line.ts";
import { type Deployment, readDeployment } from "./deployment.ts";
import { isSecretName, judgeVariables, type VariableFinding } from "./judge-variables.ts";
import { waitUntilHealthy } from "./probe-health.ts";
import { confirmNewSecret, readSecretsFile, type Secrets, writeSecretsFile } from "./secrets.ts";

type Print = (text: string) => void;

/** A minute, until a new version or a new certificate is available everywhere. */
const HEALTH_TRIES = 20;
const HEALTH_PAUSE_MS = 3_000;

/**
 * Migrates before it deploys the code. The previous code works with the migrated database (docs/deploy.md), so a failure
 * at any point leaves a working service. Throws a CommandError.
 */
export async function deploy(options: DeployOptions, print: Print): Promise<void> {
  if (process.env.NODE_ENV === "development") {
    throw new CommandError(
      "NODE_ENV=development is set, which would deploy the development mailbox. Run: unset NODE_ENV",
    );
  }
  await ensureGeneratedFiles();
  const deployment = await readDeployment(options);
  const variables = { ...deployment.vars, ...options.vars };
  const given = readSecretsFile(options.secretsFile);
  const clients = readClientsFile(clientsFilePath(options));
  if (clients !== null) requireValidClients(clients, variables);
  if (options.dryRun) return dryRun(options, { variables, given }, print);
  const remote = cloudflare(options);
  const { existing, generated } = await resolveSecrets(options, { variables, given, remote });
  await prepareDatabase(deployment.database, remote, print);
  await upload(options, { ...given, ...generated });
  if (generated.AUTH_SECRET !== undefined) printSecret(generated.AUTH_SECRET, print);
  if (clients !== null) print(await applyClients(options, { clients, variables }));
  const origin = String(variables.PUBLIC_URL ?? "")
    .trim()
    .replace(/\/+$/, "");
  // The Deploy to Cloudflare button stores PUBLIC_URL as a secret, which cannot be read.
  const shownOrigin = origin === "" ? "https://<PUBLIC_URL>" : origin;
  await checkHealth(options.healthUrl ?? (origin !== "" && origin), print);
  printAddresses(shownOrigin, existing === null, print);
}

type Configuration = { readonly variables: Readonly<Record<string, unknown>>; readonly given: Secrets };

async function dryRun(options: DeployOptions, { variables, given }: Configuration, print: Print) {
  // Only Cloudflare knows the Worker's secrets, and a dry run does not ask it: unknown secrets count as set.
  const { allowDevelopment } = options;
  const findings = judgeVariables({ variables, given, secrets: [], allowDevelopment });
  const isUnknown = ({ name }: VariableFinding) =>
    isSecretName(name) && !(name in given) && !(name in variables);
  refuse(
    findings.filter((finding) => !isUnknown(finding)),
    options,
  );
  await upload(options, given);
  const unknown = findings.filter(isUnknown).map(({ name }) => name);
  print(
    "This was a dry run: it created, migrated and deployed nothing, and sent Cloudflare no request." +
      (unknown.length === 0 ? "" : `\n  Assumed to be set: ${unknown.join(", ")}.`),
  );
}

/** The secrets of the Worker, and a new AUTH_SECRET if it has none. Throws before anything has changed. */
async function resolveSecrets(
  options: DeployOptions,
  { variables, given, remote }: Configuration & { readonly remote: Cloudflare },
) {
  const existing = await remote.secretNames();
  const names = [...(existing ?? []), ...Object.keys(given)];
  const secrets = [...new Set([...names, "AUTH_SECRET"])];
  const { allowDevelopment } = options;
  const findings = judgeVariables({ variables, given, secrets, allowDevelopment });
  refuse(findings, options);
  const generated: Secrets = names.includes("AUTH_SECRET")
    ? {}
    : { AUTH_SECRET: await confirmNewSecret(options.makeSecret) };
  return { existing, generated };
}

function refuse(findings: readonly VariableFinding[], { keepVars, env }: DeployOptions): void {
  if (findings.length === 0) return;
  const rows = findings.map(({ message, fix }) => `  ${message}\n      ${fix}`);
  const keepVarsNote = keepVars
    ? "\n\n--keep-vars keeps the dashboard's variables, which this script cannot read: use [vars]."
    : "";
  const envNote =
    env === undefined ? "" : `\n\n[env.${env}] does not inherit [vars]: set them in [env.${env}.vars].`;
  throw new CommandError(
    `The service would not start correctly with this configuration. Nothing was changed.\n\n${rows.join("\n")}${keepVarsNote}${envNote}`,
  );
}

async function prepareDatabase(database: Deployment["database"], remote: Cloudflare, print: Print) {
  if (database.id === undefined && !(await remote.databases()).some(({ name }) => name === database.name)) {
    await remote.createDatabase(database.name);
    print(`Created the database ${database.name}.`);
  }
  const applied = await remote.migrate();
  print(
    applied.length === 0 ? "The database is up to date." : `Migrated the database: ${applied.join(", ")}.`,
  );
}

/** Runs `wrangler deploy` in this terminal, with its output and questions. It creates the KV namespace and the bucket. */
async function upload(options: DeployOptions, secrets: Secrets): Promise<void> {
  const scratch = createScratchDirectory();
  const cleanUp = () => scratch.remove();
  process.once("exit", cleanUp);
  try {
    const file =
      Object.keys(secrets).length === 0 ? [] : ["--secrets-file", writeSecretsFile(scratch.path, secrets)];
    const child = startWrangler(["deploy", ...options.wranglerArguments, ...file], {
      stdio: "inherit",
      env: { NODE_ENV: "production", ...(options.yes && { CI: "true" }) },
    });
    const code = await exitOf(child);
    if (code !== 0) {
      throw new CommandError(
        `wrangler deploy failed (${code}); its output is above. The previous version still runs, with the migrated database.`,
      );
    }
  } finally {
    cleanUp();
    process.off("exit", cleanUp);
  }
}

async function checkHealth(origin: string | false, print: Print): Promise<void> {
  if (origin === false) return;
  const verdict = await waitUntilHealthy(origin.replace(/\/+$/, ""), HEALTH_TRIES, HEALTH_PAUSE_MS);
  if (!verdict.healthy)
    throw new CommandError(`The deployment is not healthy: ${verdict.message}.\n  ${verdict.fix}`);
  print(`${origin} is healthy: it responds and has signing keys.`);
}

/** Prints the secret in a terminal only, never into a CI log. */
function printSecret(secret: string, print: Print): void {
  const copy = process.stdout.isTTY
    ? `Keep a copy in a safe place; it is shown only once:\n\n    ${secret}\n`
    : "There is no copy of it, and Cloudflare does not show it: see docs/backup.md for the consequences.";
  print(`Generated a random AUTH_SECRET and set it. ${copy}`);
}

function printAddresses(origin: string, isFirst: boolean, print: Print): void {
  print(
    "Gatehouse is deployed.\n\n" +
      `    Pages   ${origin}\n    API     ${origin}/api/auth\n    Docs    ${origin}/openapi.json\n    Keys    ${origin}/.well-known/jwks.json\n` +
      (isFirst
        ? "\n  Next: npm run doctor -- --remote, and a first superuser:\n  npm run admin -- create-superuser you@example.com --remote\n"
        : ""),
  );
}
