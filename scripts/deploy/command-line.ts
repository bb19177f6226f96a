import { createProgram } from "../shared/command-line.ts";
import { parseWithRest, toArguments, toPairs } from "../shared/wrangler-options.ts";

export type DeployOptions = {
  /** Creates a missing AUTH_SECRET without asking. */
  readonly makeSecret: boolean;
  /** wrangler asks nothing. AUTH_SECRET still needs a confirmation. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** Accepts ENVIRONMENT=development, for a Worker that is no production service. */
  readonly allowDevelopment: boolean;
  readonly keepVars: boolean;
  readonly config?: string;
  readonly env?: string;
  readonly name?: string;
  readonly secretsFile?: string;
  /** The origin of the health check, in place of PUBLIC_URL; false for no check. */
  readonly healthUrl: string | false | undefined;
  /** The `--var NAME:value` pairs. They override the configuration. */
  readonly vars: Readonly<Record<string, string>>;
  /** The arguments of `wrangler deploy`, without the secrets file. */
  readonly wranglerArguments: readonly string[];
};

/** Throws a CommandError for a malformed option. For help, prints it and throws a CommanderError. */
export function readDeployOptions(argv: readonly string[]): DeployOptions {
  const program = createProgram("npm run deploy --")
    .description("Check the configuration, create a missing database, migrate, deploy, and check the health.")
    .option("--dry-run", "check and build; change nothing and send Cloudflare nothing")
    .option("--make-secret", "generate AUTH_SECRET without asking, if the Worker has none")
    .option("-y, --yes", "answer wrangler's questions with yes; AUTH_SECRET still needs --make-secret")
    .option("--secrets-file <file>", "secrets to upload with this version (NAME=value or JSON)")
    .option(
      "--health-url <url>",
      "check the health at this URL, while PUBLIC_URL does not lead to the Worker",
    )
    .option("--no-health", "skip the health check")
    .option("--allow-development", "accept ENVIRONMENT=development, which may turn off limits")
    .option("--keep-vars", "keep the variables that are set in the dashboard")
    .option("-c, --config <file>", "wrangler's configuration (default: wrangler.toml)")
    .option("-e, --env <name>", "an environment of the configuration")
    .option("--name <name>", "the Worker's name")
    .addHelpText("after", "\nOther options are passed on to wrangler deploy.");
  const { vars, rest } = parseWithRest(program, argv);
  const options = program.opts();
  const { dryRun = false, keepVars = false, config, env, name } = options;
  return {
    ...{ dryRun, keepVars, config, env, name, vars },
    makeSecret: options.makeSecret ?? false,
    yes: options.yes ?? false,
    allowDevelopment: options.allowDevelopment ?? false,
    secretsFile: options.secretsFile,
    healthUrl: options.health ? options.healthUrl : false,
    wranglerArguments: [
      ...rest,
      ...toArguments({ config, env, name, "dry-run": dryRun, "keep-vars": keepVars, var: toPairs(vars) }),
    ],
  };
}
