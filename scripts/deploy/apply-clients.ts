import { type ConfiguredClient, configurationProblem } from "../../src/oauth/clients/apply-configuration.ts";
import { applyClientsFile, configurationError } from "../admin/apply-clients-file.ts";
import { composeOperator } from "../admin/compose.ts";
import { withRemotePlatform } from "../admin/remote-platform.ts";
import { readClientLimits } from "../shared/client-limits.ts";
import type { DeployOptions } from "./command-line.ts";

type Variables = Readonly<Record<string, unknown>>;

/** Throws a CommandError before anything has changed. */
export function requireValidClients(clients: readonly ConfiguredClient[], variables: Variables): void {
  const problem = configurationProblem(clients, readClientLimits(variables));
  if (problem) throw configurationError(problem);
}

/**
 * Makes the clients of the deployed database those of gatehouse.clients.json, after the upload, which writes the ids of
 * the resources into the configuration. Prints a new secret in a terminal only, never into a CI log: there `isTTY` is undefined.
 */
export const applyClients = (
  { config, env }: Pick<DeployOptions, "config" | "env">,
  { clients, variables }: { readonly clients: readonly ConfiguredClient[]; readonly variables: Variables },
): Promise<string> =>
  withRemotePlatform({ config, env, envFiles: [], isRemote: true }, (platform) =>
    applyClientsFile(composeOperator({ ...platform, variables }), clients, process.stdout.isTTY === true),
  );
