import { readConfig } from "../../src/composition/config.ts";
import { REPLACEMENTS, unknownVariables } from "../shared/unknown-variables.ts";
import type { Secrets } from "./secrets.ts";

type Input = {
  /** Variables of the configuration file and of the command line. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Secrets that are uploaded with this version. Their values are known. */
  readonly given?: Secrets;
  /** Names of the Worker's secrets. The values of those that are not in `given` are unreadable. */
  readonly secrets: readonly string[];
  /** Accepts ENVIRONMENT=development: locally, or with --allow-development. */
  readonly allowDevelopment?: boolean;
};

export type VariableFinding = { readonly name: string; readonly message: string; readonly fix: string };

/** Replaces an unreadable secret. Valid as a root secret and as a header value. */
const PLACEHOLDER = "a-value-that-only-the-Worker-may-see-32+";

/** Names of secrets. The other variables are public, and belong in wrangler.toml. */
const SECRET_NAME = /SECRET|API_KEY|AUTH_TOKEN|ACCESS_KEY|PRIVATE_KEY/;

export const isSecretName = (name: string): boolean =>
  SECRET_NAME.test(name) && !/(?:CLIENT_ID|KEY_ID)$/.test(name);

/** Validates the variables with the service's own parser, and adds a fix to each problem. */
export function judgeVariables({ variables, given = {}, ...rest }: Input): readonly VariableFinding[] {
  const { secrets, allowDevelopment = false } = rest;
  const unreadable = secrets.filter((name) => !(name in given));
  const placeholders = Object.fromEntries(unreadable.map((name) => [name, PLACEHOLDER]));
  const all: Readonly<Record<string, unknown>> = { ...variables, ...placeholders, ...given };
  const isRefused = !allowDevelopment && String(all.ENVIRONMENT ?? "").trim() === "development";
  // Read as production: development would accept its own extra settings too.
  const read = readConfig(isRefused ? { ...all, ENVIRONMENT: "production" } : all);
  const findings = [
    ...misspelt(all, given),
    ...(isRefused ? [refuseDevelopment("ENVIRONMENT" in given)] : []),
  ];
  if (read.ok) return findings;
  return findings.concat(
    read.error
      // A problem with a placeholder says nothing about the secret.
      .filter(({ path }) => !unreadable.includes(path))
      .map(({ path, message }) => ({
        name: path,
        message: `${path} ${message}`,
        fix: fixOf(path, path in given),
      })),
  );
}

/** Unknown variables that resemble a known one. Others may belong to another program; only the doctor reports them. */
const misspelt = (all: Readonly<Record<string, unknown>>, given: Secrets): readonly VariableFinding[] =>
  unknownVariables(all).flatMap(({ name, message, suggestion }) =>
    suggestion === undefined ? [] : [{ name, message, fix: renameFix(name, suggestion, name in given) }],
  );

const renameFix = (name: string, suggestion: string, isGiven: boolean): string =>
  `rename it to ${suggestion} ${isGiven ? "in the file of --secrets-file" : "where it is set"}, or remove it; ` +
  `for a secret: npx wrangler secret delete ${name}`;

const refuseDevelopment = (isGiven: boolean): VariableFinding => ({
  name: "ENVIRONMENT",
  message: "ENVIRONMENT is development: limits may be off, and the routes under /dev may be public",
  fix: isGiven
    ? fixOf("ENVIRONMENT", true)
    : "remove it from [vars] of wrangler.toml; if it is intended: npm run deploy -- --allow-development",
});

function fixOf(name: string, isGiven: boolean): string {
  const replacement = REPLACEMENTS[name];
  if (replacement) return `remove it, and set ${replacement} (docs/configuration.md)`;
  if (isGiven) return "correct it in the file of --secrets-file";
  return isSecretName(name) ? secretFix(name) : variableFix(name);
}

const secretFix = (name: string): string =>
  name === "AUTH_SECRET"
    ? "openssl rand -base64 48 | npx wrangler secret put AUTH_SECRET, and keep a copy in a safe place"
    : `npx wrangler secret put ${name}`;

const EXAMPLES: Readonly<Record<string, string>> = {
  PUBLIC_URL: "https://auth.example.com",
  MAIL_PROVIDER: "resend",
  MAIL_FROM: "Example <no-reply@example.com>",
};

const variableFix = (name: string): string =>
  `set it in [vars] of wrangler.toml${EXAMPLES[name] ? `: ${name} = "${EXAMPLES[name]}"` : ` (docs/configuration.md)`}`;
