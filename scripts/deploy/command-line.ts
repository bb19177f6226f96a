import { parseArgs } from "node:util";
import { Complaint } from "../admin/complaint.ts";

/** What `npm run deploy` has to know of the arguments that it hands on to `wrangler deploy`. */
export type DeployCall = {
  /** Answers "make a random AUTH_SECRET" with yes, and nothing else. */
  readonly makeSecret: boolean;
  /** wrangler asks nothing. It is no yes to a secret. */
  readonly yes: boolean;
  readonly dryRun: boolean;
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
  "keep-vars": { type: "boolean" },
  config: { type: "string", short: "c" },
  env: { type: "string", short: "e" },
  name: { type: "string" },
  "secrets-file": { type: "string" },
  var: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
} as const;

/** Ours alone, which wrangler would not know, and the secrets file, which is handed on with what is added to it. */
const KEPT = new Set(["make-secret", "yes", "health-url", "no-health", "secrets-file"]);

export const HELP = `npm run deploy -- [options]

  Checks, makes the database where there is none, migrates, deploys, and asks the service how it is.

  --dry-run            checks and builds; changes nothing, and asks Cloudflare nothing
  --make-secret        makes a random AUTH_SECRET where the Worker has none, without asking
  --yes, -y            lets wrangler ask nothing; it is no yes to a secret
  --secrets-file FILE  secrets that go up with this version (NAME=value or JSON)
  --health-url URL     asks there, while PUBLIC_URL does not lead to the Worker yet
  --no-health          does not ask at all
  --env, -e NAME       an environment of the configuration, --config, -c FILE another configuration
  --var NAME:value     a variable of this deployment

Everything else goes to wrangler deploy as it is.`;

/** Throws a Complaint about what is malformed; null when help is asked for. */
export function readDeployCall(argv: readonly string[]): DeployCall | null {
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  if (values.help) return null;
  const taken = new Set<number>();
  const pairs: string[] = [];
  let insideVar = false;
  for (const token of tokens) {
    if (token.kind === "option") insideVar = token.name === "var";
    if (token.kind === "option" && KEPT.has(token.name)) {
      taken.add(token.index);
      if (token.value !== undefined && !token.inlineValue) taken.add(token.index + 1);
    }
    // `--var A:1 B:2` is one option with two values to wrangler.
    if (token.kind === "positional" && insideVar) pairs.push(token.value);
  }
  const text = (name: keyof typeof options): string | undefined => {
    const value = values[name];
    if (value === true) throw new Complaint(`--${name} needs a value.\n\n${HELP}`);
    return typeof value === "string" ? value : undefined;
  };
  const given = Array.isArray(values.var) ? values.var.map(String) : [];
  return {
    makeSecret: values["make-secret"] === true,
    yes: values.yes === true,
    dryRun: values["dry-run"] === true,
    keepVars: values["keep-vars"] === true,
    config: text("config"),
    env: text("env"),
    name: text("name"),
    secretsFile: text("secrets-file"),
    healthUrl: values["no-health"] === true ? false : text("health-url"),
    vars: Object.fromEntries([...given, ...pairs].map(splitPair)),
    others: argv.filter((_, index) => !taken.has(index)),
  };
}

function splitPair(pair: string): [string, string] {
  const colon = pair.indexOf(":");
  return colon < 0 ? [pair, ""] : [pair.slice(0, colon), pair.slice(colon + 1)];
}
