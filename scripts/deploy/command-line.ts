import { Complaint } from "../dev/usage-error.ts";
import { readArguments } from "../shared/read-arguments.ts";

/** What `npm run deploy` has to know of the arguments that it hands on to `wrangler deploy`. */
export type DeployCall = {
  /** Answers "make a random AUTH_SECRET" with yes, and nothing else. */
  readonly makeSecret: boolean;
  /** wrangler asks nothing. It is no yes to a secret. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** ENVIRONMENT=development is meant: a Worker to try things at, and no house of anybody's. */
  readonly allowDevelopment: boolean;
  readonly keepVars: boolean;
  readonly config: string | undefined;
  readonly env: string | undefined;
  readonly name: string | undefined;
  readonly secretsFile: string | undefined;
  /** Where the service is asked for its health, in place of PUBLIC_URL; false to ask nowhere. */
  readonly healthUrl: string | false | undefined;
  /** The `--var NAME:value` pairs, which win over the file. */
  readonly vars: Readonly<Record<string, string>>;
  /** Everything but what is ours alone and what is handed on by name, in order. */
  readonly others: readonly string[];
};

const options = {
  "make-secret": { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  "health-url": { type: "string" },
  "no-health": { type: "boolean" },
  "dry-run": { type: "boolean" },
  "allow-development": { type: "boolean" },
  "keep-vars": { type: "boolean" },
  config: { type: "string", short: "c" },
  env: { type: "string", short: "e" },
  name: { type: "string" },
  "secrets-file": { type: "string" },
  var: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
} as const;

/** Ours alone, which wrangler would not know, and the secrets file, which is handed on with what is added to it. */
const KEPT = new Set(["make-secret", "allow-development", "yes", "health-url", "no-health", "secrets-file"]);

export const HELP = `npm run deploy -- [options]

  Checks, makes the database where there is none, migrates, deploys, and asks the service how it is.

  --dry-run            checks and builds; changes nothing, and asks Cloudflare nothing
  --make-secret        makes a random AUTH_SECRET where the Worker has none, without asking
  --yes, -y            lets wrangler ask nothing; it is no yes to a secret
  --secrets-file FILE  secrets that go up with this version (NAME=value or JSON)
  --health-url URL     asks there, while PUBLIC_URL does not lead to the Worker yet
  --no-health          does not ask at all
  --allow-development  takes ENVIRONMENT=development for meant: limits may be off
  --env, -e NAME       an environment of the configuration, --config, -c FILE another configuration
  --var NAME:value     a variable of this deployment

Everything else goes to wrangler deploy as it is.`;

/** Throws a Complaint about what is malformed; null when help is asked for. */
export function readDeployCall(argv: readonly string[]): DeployCall | null {
  const { values, vars, others } = readArguments(argv, { options, kept: KEPT });
  if (values.help) return null;
  const text = (name: keyof typeof options): string | undefined => {
    const value = values[name];
    if (value === true) throw new Complaint(`--${name} needs a value.\n\n${HELP}`);
    return typeof value === "string" ? value : undefined;
  };
  return {
    makeSecret: values["make-secret"] === true,
    yes: values.yes === true,
    dryRun: values["dry-run"] === true,
    allowDevelopment: values["allow-development"] === true,
    keepVars: values["keep-vars"] === true,
    config: text("config"),
    env: text("env"),
    name: text("name"),
    secretsFile: text("secrets-file"),
    healthUrl: values["no-health"] === true ? false : text("health-url"),
    vars,
    others,
  };
}
