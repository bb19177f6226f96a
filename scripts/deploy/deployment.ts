import { CommandError } from "../shared/command-error.ts";
import { wranglerEnvironment } from "../shared/run-wrangler.ts";

type Options = { readonly config?: string; readonly env?: string; readonly name?: string };

/** wrangler's configuration of the selected deployment. */
export type Deployment = Awaited<ReturnType<typeof readDeployment>>;

export async function readDeployment({ config: path, env, name }: Options) {
  Object.assign(process.env, wranglerEnvironment);
  const { experimental_readRawConfig, unstable_readConfig } = await import("wrangler");
  const { rawConfig } = experimental_readRawConfig({ config: path });
  // wrangler would only warn, and deploy the top-level bindings (production's database) under another name.
  if (env !== undefined && rawConfig.env?.[env] === undefined) {
    throw new CommandError(`The configuration has no [env.${env}]. docs/deploy.md has an example.`);
  }
  const config = unstable_readConfig({ config: path, env }, { hideWarnings: true });
  const d1 = config.d1_databases.find(({ binding }: { binding: string }) => binding === "DB");
  if (d1 === undefined) {
    const where = env === undefined ? "wrangler's configuration" : `[env.${env}]`;
    throw new CommandError(
      `${where} declares no D1 database DB. Environments inherit no bindings: docs/deploy.md has an example.`,
    );
  }
  const worker = name ?? config.name ?? "gatehouse";
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  // wrangler's default name for a database.
  const database = { name: text(d1.database_name) ?? `${worker}-db`, id: text(d1.database_id) };
  return { config, vars: config.vars, worker, database };
}
