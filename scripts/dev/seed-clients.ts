import { applyClientsFile, CLIENTS_UP_TO_DATE } from "../admin/apply-clients-file.ts";
import { composeOperator } from "../admin/compose.ts";
import { readClientLimits } from "../shared/client-limits.ts";
import { clientsFilePath, readClientsFile } from "../shared/clients-file.ts";
import type { LocalPlatform } from "../shared/local-platform.ts";
import type { DevOptions } from "../shared/wrangler-options.ts";
import { exampleClients } from "./example-clients.ts";
import type { ExampleAddress } from "./notes-example.ts";

type Setup = { readonly options: DevOptions; readonly example: ExampleAddress | null };

/**
 * Makes the clients of the local database those of gatehouse.clients.json and of the examples. A client of the file wins
 * over an example with its id. Returns the text to print, or null if nothing changed.
 */
export async function seedClients(
  platform: LocalPlatform,
  { options, example }: Setup,
): Promise<string | null> {
  const configured = readClientsFile(clientsFilePath(options)) ?? [];
  const ids = new Set(configured.map(({ id }) => id));
  const limits = readClientLimits(platform.variables);
  const examples = await exampleClients({ limits, notes: example });
  const clients = [...configured, ...examples.filter(({ id }) => !ids.has(id))];
  const printed = await applyClientsFile(composeOperator({ ...platform, isRemote: false }), clients);
  return printed === CLIENTS_UP_TO_DATE ? null : printed;
}
