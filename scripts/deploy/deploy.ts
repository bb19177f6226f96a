import { ensureGeneratedFiles } from "../build/ensure-generated-files.ts";
import { Complaint } from "../dev/usage-error.ts";
import { exitOf, startWrangler } from "../shared/run-wrangler.ts";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import { type Cloudflare, cloudflare } from "./cloudflare.ts";
import type { DeployCall } from "./command-line.ts";
import { type Deployment, readDeployment } from "./deployment.ts";
import { isSecretName, judgeVariables, type VariableFinding } from "./judge-variables.ts";
import { offerSecret, readSecretsFile, type Secrets, writeSecretsFile } from "./secrets.ts";
import { seeHealth } from "./see-health.ts";

type Say = (text: string) => void;

/** Tries and milliseconds between them: a minute for a new version, or a new certificate, to be there. */
const HEALTH_TRIES = 20;
const HEALTH_PAUSE = 3_000;

/**
 * The whole way. Migrations go before the code that needs them, and are such that the code before goes on with them
 * (docs/deploy.md): whatever fails leaves a service that works as it did. Throws a Complaint.
 */
export async function deploy(call: DeployCall, say: Say): Promise<void> {
  if (process.env.NODE_ENV === "development") {
    throw new Complaint(
      "NODE_ENV=development is set: the development mailbox would be deployed. unset NODE_ENV",
    );
  }
  await ensureGeneratedFiles();
  const config = await readDeployment(call);
  const variables = { ...config.vars, ...call.vars };
  const given = readSecretsFile(call.secretsFile);
  if (call.dryRun) return rehearse(call, { variables, given }, say);
  const remote = cloudflare(call);
  const { existing, made } = await settleSecrets(call, { variables, given, remote });
  await settleDatabase(config.database, remote, say);
  await upload(call, { ...given, ...made });
  if (made.AUTH_SECRET !== undefined) tellOfSecret(made.AUTH_SECRET, say);
  const origin = String(variables.PUBLIC_URL ?? "")
    .trim()
    .replace(/\/+$/, "");
  // The button's form makes it a secret, which nobody can read back.
  const known = origin === "" ? "https://<PUBLIC_URL>" : origin;
  await lookAfter(call.healthUrl ?? (origin !== "" && origin), say);
  tellWhereThingsAre(known, existing === null, say);
}

type Settled = { readonly variables: Readonly<Record<string, unknown>>; readonly given: Secrets };

async function rehearse(call: DeployCall, { variables, given }: Settled, say: Say): Promise<void> {
  // Which secrets the Worker has is Cloudflare's to say, and it is not asked: what is said nowhere is taken to be there.
  const isDevelopmentMeant = call.allowDevelopment;
  const findings = judgeVariables({ variables, given, secrets: [], isDevelopmentMeant });
  const isUnseen = ({ name }: VariableFinding) =>
    isSecretName(name) && !(name in given) && !(name in variables);
  complainOf(
    findings.filter((finding) => !isUnseen(finding)),
    call,
  );
  await upload(call, given);
  const unseen = findings.filter(isUnseen).map(({ name }) => name);
  say(
    "This was a dry run: nothing was made, migrated or deployed, and Cloudflare was not asked." +
      (unseen.length === 0 ? "" : `\n  Taken to be there, and not looked at: ${unseen.join(", ")}.`),
  );
}

/** The secrets that the Worker has, and those that go up with it. Nothing has been changed when this complains. */
async function settleSecrets(
  call: DeployCall,
  { variables, given, remote }: Settled & { remote: Cloudflare },
) {
  const existing = await remote.secretNames();
  const names = [...(existing ?? []), ...Object.keys(given)];
  const findings = judgeVariables({
    variables,
    given,
    secrets: [...new Set([...names, "AUTH_SECRET"])],
    isDevelopmentMeant: call.allowDevelopment,
  });
  complainOf(findings, call);
  const made: Secrets = names.includes("AUTH_SECRET")
    ? {}
    : { AUTH_SECRET: await offerSecret(call.makeSecret) };
  return { existing, made };
}

function complainOf(findings: ReturnType<typeof judgeVariables>, call: DeployCall): void {
  if (findings.length === 0) return;
  const rows = findings.map(({ says, mend }) => `  ${says}\n      ${mend}`);
  const kept = call.keepVars
    ? "\n\nWith --keep-vars the dashboard's variables stay, and cannot be seen here: use [vars]."
    : "";
  const where =
    call.env === undefined
      ? ""
      : `\n\n[env.${call.env}] inherits no [vars]: they have to stand in [env.${call.env}.vars].`;
  throw new Complaint(
    `The service would not start with this configuration, or not as it is meant. Nothing was changed.\n\n${rows.join("\n")}${kept}${where}`,
  );
}

async function settleDatabase(named: Deployment["database"], remote: Cloudflare, say: Say): Promise<void> {
  if (named.id === undefined && !(await remote.databases()).some(({ name }) => name === named.name)) {
    await remote.createDatabase(named.name);
    say(`Made the database ${named.name}.`);
  }
  const applied = await remote.migrate();
  say(applied.length === 0 ? "The database is up to date." : `Migrated the database: ${applied.join(", ")}.`);
}

/** wrangler's own words, and its questions where somebody is there to answer. It makes the KV and the bucket. */
async function upload(call: DeployCall, secrets: Secrets): Promise<void> {
  const scratch = createScratchDirectory();
  const end = () => scratch.remove();
  process.once("exit", end);
  try {
    const file =
      Object.keys(secrets).length === 0 ? [] : ["--secrets-file", writeSecretsFile(scratch.path, secrets)];
    const child = startWrangler(["deploy", ...file, ...call.others], {
      stdio: "inherit",
      env: { NODE_ENV: "production", ...(call.yes && { CI: "true" }) },
    });
    const code = await exitOf(child);
    if (code !== 0) {
      throw new Complaint(
        `wrangler deploy failed (${code}); its words are above. The code that served before still does, and goes on with the migrated database.`,
      );
    }
  } finally {
    end();
    process.off("exit", end);
  }
}

async function lookAfter(origin: string | false, say: Say): Promise<void> {
  if (origin === false) return;
  const verdict = await seeHealth(origin.replace(/\/+$/, ""), HEALTH_TRIES, HEALTH_PAUSE);
  if (!verdict.healthy)
    throw new Complaint(`It is deployed, and not well: ${verdict.says}.\n  ${verdict.mend}`);
  say(`${origin} is well: it answers, and signs with its keys.`);
}

/** A log of CI is no place for it. */
function tellOfSecret(secret: string, say: Say): void {
  const copy = process.stdout.isTTY
    ? `Keep a copy where you keep such things; it is shown this once:\n\n    ${secret}\n`
    : "Nobody has a copy of it, and Cloudflare shows it to nobody: docs/backup.md says what that means.";
  say(`Made a random AUTH_SECRET and set it. ${copy}`);
}

function tellWhereThingsAre(origin: string, isFirst: boolean, say: Say): void {
  say(
    "Gatehouse is deployed.\n\n" +
      `    Pages   ${origin}\n    API     ${origin}/api/auth\n    Docs    ${origin}/openapi.json\n    Keys    ${origin}/.well-known/jwks.json\n` +
      (isFirst
        ? "\n  Next: npm run doctor -- --remote, and a first superuser:\n  npm run admin -- create-superuser you@example.com --remote\n"
        : ""),
  );
}
