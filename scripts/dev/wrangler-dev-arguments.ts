import { type DevOptions, toArguments, toPairs } from "../shared/wrangler-options.ts";
import { type ExampleResource, otherResources } from "./example-resources.ts";
import type { ExampleAddress } from "./notes-example.ts";

type Variables = Readonly<Record<string, unknown>>;

type Setup = {
  readonly origin: string;
  /** Null if the example does not start: then the variables are those of no example. */
  readonly example: ExampleAddress | null;
  /** The resources of the other examples. */
  readonly others?: readonly ExampleResource[];
};

/** The variables that `npm run dev` sets: PUBLIC_URL unless it is configured, and those of the examples. */
export function devVariables(
  configured: Variables,
  { origin, example, others = otherResources() }: Setup,
): Readonly<Record<string, string>> {
  const publicUrl: Record<string, string> = configured.PUBLIC_URL === undefined ? { PUBLIC_URL: origin } : {};
  if (example === null) return publicUrl;
  return {
    ...publicUrl,
    ...registration(configured, others),
    RESOURCES: addResources(configured.RESOURCES, [example.resource, ...others]),
  };
}

/** Clients may register themselves if an example has a resource for them, unless it is configured. */
const registration = (
  configured: Variables,
  resources: readonly ExampleResource[],
): Readonly<Record<string, string>> =>
  configured.CLIENT_REGISTRATION === undefined && resources.some(({ dynamicClients }) => dynamicClients)
    ? { CLIENT_REGISTRATION: "on" }
    : {};

/** Adds each resource to the JSON of RESOURCES, unless its URI or alias is there. Invalid JSON stays invalid. */
function addResources(list: unknown, added: readonly ExampleResource[]): string {
  const text = typeof list === "string" ? list.trim() : JSON.stringify(list ?? []);
  const resources = parseList(text === "" ? "[]" : text);
  if (resources === null) return text;
  const missing = added.filter(
    ({ uri, alias }) =>
      !resources.some((one) => one?.uri === uri || (alias !== undefined && one?.alias === alias)),
  );
  return missing.length === 0 ? text : JSON.stringify([...resources, ...missing]);
}

function parseList(text: string): readonly ({ uri?: unknown; alias?: unknown } | null)[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** The arguments of `wrangler dev`: those of `npm run dev`, with `port` and the variables that the script sets. */
export const wranglerDevArguments = (
  options: DevOptions,
  port: number,
  variables: Readonly<Record<string, string>>,
): readonly string[] => [
  // First, since wrangler's --var takes all arguments that follow.
  ...options.rest,
  ...toArguments({
    config: options.config,
    env: options.env,
    "env-file": options.envFiles,
    "persist-to": options.persistTo,
    "local-protocol": options.localProtocol,
    port: String(port),
    var: toPairs({ ...options.vars, ...variables }),
  }),
];
