import { readConfig } from "../../src/composition/config.ts";
import { unknownVariables } from "../shared/unknown-variables.ts";
import type { Secrets } from "./secrets.ts";

export type Given = {
  /** Variables whose values are known: those of the configuration file and of the command line. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Secrets that go up with this version, whose values are known too. */
  readonly given?: Secrets;
  /** Names of secrets that the Worker has, or is about to get. What is not given here has a value that nobody can read. */
  readonly secrets: readonly string[];
  /** Whether development is what is wanted: on a laptop, or because whoever deploys has said so. */
  readonly isDevelopmentMeant?: boolean;
};

export type VariableFinding = { readonly name: string; readonly says: string; readonly mend: string };

/** Long enough for a root secret, and fit for a header: what every key of ours may look like. */
const STAND_IN = "a-value-that-only-the-Worker-may-see-32+";

/** Names that a provider or the service keeps secret; the others are variables, fit for a file that others read. */
const SECRET_NAME = /SECRET|API_KEY|AUTH_TOKEN|ACCESS_KEY/;

export const isSecretName = (name: string): boolean =>
  SECRET_NAME.test(name) && !/(?:CLIENT_ID|KEY_ID)$/.test(name);

/** What the service itself would refuse to start with, by its own reader, and how each is put right. */
export function judgeVariables({ variables, given = {}, ...rest }: Given): readonly VariableFinding[] {
  const { secrets, isDevelopmentMeant = false } = rest;
  const unread = secrets.filter((name) => !(name in given));
  const standIns = Object.fromEntries(unread.map((name) => [name, STAND_IN]));
  const all: Readonly<Record<string, unknown>> = { ...variables, ...standIns, ...given };
  const isStray = !isDevelopmentMeant && String(all.ENVIRONMENT ?? "").trim() === "development";
  // What development alone may have would pass with it.
  const read = readConfig(isStray ? { ...all, ENVIRONMENT: "production" } : all);
  const stray = [...misspelt(all, given), ...(isStray ? [strayDevelopment("ENVIRONMENT" in given)] : [])];
  if (read.ok) return stray;
  return stray.concat(
    read.error
      // Its value is the Worker's secret: what is wrong with a stand-in says nothing of it.
      .filter(({ path }) => !unread.includes(path))
      .map(({ path, message }) => ({
        name: path,
        says: `${path} ${message}`,
        mend: mendOf(path, path in given),
      })),
  );
}

/** What resembles nothing of the service's may be meant for whatever reads it; the doctor tells of that too. */
const misspelt = (all: Readonly<Record<string, unknown>>, given: Secrets): readonly VariableFinding[] =>
  unknownVariables(all).flatMap(({ name, says, meant }) =>
    meant === undefined ? [] : [{ name, says, mend: renamed(name, meant, name in given) }],
  );

const renamed = (name: string, meant: string, isGiven: boolean): string =>
  `write ${meant} ${isGiven ? "in the file of --secrets-file" : "where it is set"}, or take ${name} out; ` +
  `a secret by that name goes with npx wrangler secret delete ${name}`;

const strayDevelopment = (isGiven: boolean): VariableFinding => ({
  name: "ENVIRONMENT",
  says: "ENVIRONMENT is development: limits may be off, and whatever is under /dev may be there",
  mend: isGiven
    ? mendOf("ENVIRONMENT", true)
    : "take it out of [vars] of wrangler.toml; if it is meant: npm run deploy -- --allow-development",
});

function mendOf(name: string, isGiven: boolean): string {
  if (isGiven) return "correct it in the file of --secrets-file";
  return isSecretName(name) ? secretMend(name) : variableMend(name);
}

const secretMend = (name: string): string =>
  name === "AUTH_SECRET"
    ? "openssl rand -base64 48 | npx wrangler secret put AUTH_SECRET, and keep a copy where you keep such things"
    : `npx wrangler secret put ${name}`;

const EXAMPLES: Readonly<Record<string, string>> = {
  PUBLIC_URL: "https://auth.example.com",
  MAIL_PROVIDER: "resend",
  MAIL_FROM: "Example <no-reply@example.com>",
};

const variableMend = (name: string): string =>
  `put it into [vars] of wrangler.toml${EXAMPLES[name] ? `: ${name} = "${EXAMPLES[name]}"` : ` (docs/configuration.md)`}`;
