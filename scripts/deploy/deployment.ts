import { Complaint } from "../dev/usage-error.ts";
import { wranglerEnvironment } from "../shared/run-wrangler.ts";

type Place = {
  readonly config: string | undefined;
  readonly env: string | undefined;
  readonly name?: string | undefined;
};

/** What wrangler's configuration says of the deployment that is meant. */
export type Deployment = Awaited<ReturnType<typeof readDeployment>>;

export async function readDeployment({ config: path, env, name }: Place) {
  Object.assign(process.env, wranglerEnvironment);
  const { experimental_readRawConfig, unstable_readConfig } = await import("wrangler");
  const { rawConfig } = experimental_readRawConfig({ config: path });
  // wrangler would warn, and deploy the top level's bindings, production's database among them, under another name.
  if (env !== undefined && rawConfig.env?.[env] === undefined) {
    throw new Complaint(`The configuration has no [env.${env}]. docs/deploy.md has one to copy.`);
  }
  const config = unstable_readConfig({ config: path, env }, { hideWarnings: true });
  const d1 = config.d1_databases.find(({ binding }: { binding: string }) => binding === "DB");
  if (d1 === undefined) {
    const where = env === undefined ? "wrangler's configuration" : `[env.${env}]`;
    throw new Complaint(
      `${where} declares no D1 database DB. Environments inherit no bindings: docs/deploy.md has one to copy.`,
    );
  }
  const worker = name ?? config.name ?? "gatehouse";
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  // The name that wrangler itself gives a database without one.
  const database = { name: text(d1.database_name) ?? `${worker}-db`, id: text(d1.database_id) };
  return { config, vars: config.vars, worker, database };
}
