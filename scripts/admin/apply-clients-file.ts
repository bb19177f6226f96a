import {
  type AppliedConfiguration,
  applyConfiguration,
  type ConfigurationFailure,
  type ConfiguredClient,
} from "../../src/oauth/clients/apply-configuration.ts";
import { describeProblem } from "../../src/oauth/clients/client-problems.ts";
import { clientErrorMessages } from "../../src/oauth/clients/errors.ts";
import { readClientLimits } from "../shared/client-limits.ts";
import { CommandError } from "../shared/command-error.ts";
import { printable } from "../shared/printable.ts";
import { caller, type Operator } from "./compose.ts";

export const CLIENTS_UP_TO_DATE = "The clients are up to date.";

/** Applies the clients of the configuration file. Returns the text to print, with each new secret. */
export async function applyClientsFile(
  deps: Operator,
  clients: readonly ConfiguredClient[],
  showsSecrets = true,
): Promise<string> {
  const settings = readClientLimits(deps.platform.variables);
  const result = await applyConfiguration({ ...deps, settings }, { clients, caller });
  if (!result.ok) throw configurationError(result.error);
  return describeApplied(result.value, showsSecrets);
}

export function configurationError(failure: ConfigurationFailure): CommandError {
  const name = `gatehouse.clients.json, client ${printable(failure.id)}`;
  switch (failure.reason) {
    case "client_invalid": {
      const lines = failure.problems.map((problem) => `  ${problem.field}: ${describeProblem(problem)}`);
      return new CommandError(`${name}:\n\n${lines.join("\n")}`);
    }
    case "client_id_repeated":
      return new CommandError(`${name}: two clients have this id.`);
    case "secrets_unused":
      return new CommandError(`${name}: secretHashes need a client that authenticates by a secret.`);
    case "client_id_taken":
      return new CommandError(`${name}: a client that was registered otherwise has this id.`);
    default:
      return new CommandError(`${name}: ${messageOf(failure.reason)}`);
  }
}

const messageOf = (reason: keyof typeof clientErrorMessages): string =>
  clientErrorMessages[reason] ?? "The database changed in the meantime. Please try again.";

export function describeApplied(
  { created, updated, removed, secrets }: AppliedConfiguration,
  showsSecrets: boolean,
): string {
  const lines = [
    ...(created.length > 0 ? [`Registered the clients ${created.join(", ")}.`] : []),
    ...(updated.length > 0 ? [`Updated the clients ${updated.join(", ")}.`] : []),
    ...(removed.length > 0
      ? [
          `Removed the clients ${removed.join(", ")}, which the file no longer has; their sessions have ended.`,
        ]
      : []),
  ];
  if (lines.length === 0) return CLIENTS_UP_TO_DATE;
  return [...lines, ...secrets.map((one) => secretLine(one, showsSecrets))].join("\n");
}

/** A log of CI must not have the secret. */
const secretLine = (
  { id, secret }: AppliedConfiguration["secrets"][number],
  showsSecrets: boolean,
): string =>
  showsSecrets
    ? `The secret of ${id} is shown only once; the database has only its hash:\n\n    ${secret}\n`
    : `${id} has a new secret, which is not printed here: npm run admin -- clients rotate-secret ${id} --remote`;
