import { type DevOptions, toArguments, toPairs } from "../shared/wrangler-options.ts";
import type { ExampleAddress } from "./notes-example.ts";

type Variables = Readonly<Record<string, unknown>>;

/** The variables that `npm run dev` sets: PUBLIC_URL unless it is configured, and those of the example. */
export function devVariables(
  configured: Variables,
  { origin, example }: { readonly origin: string; readonly example: ExampleAddress | null },
): Readonly<Record<string, string>> {
  const publicUrl: Record<string, string> = configured.PUBLIC_URL === undefined ? { PUBLIC_URL: origin } : {};
  if (example === null) return publicUrl;
  return {
    ...publicUrl,
    RESOURCES: addResource(configured.RESOURCES, example.resource),
  };
}

/** Adds the example's resource to the JSON of RESOURCES, unless its URI or alias is there. Invalid JSON stays invalid. */
function addResource(list: unknown, added: ExampleAddress["resource"]): string {
  const text = typeof list === "string" ? list.trim() : JSON.stringify(list ?? []);
  const resources = parseList(text === "" ? "[]" : text);
  if (resources === null) return text;
  const isListed = resources.some((one) => one?.uri === added.uri || one?.alias === added.alias);
  return isListed ? text : JSON.stringify([...resources, added]);
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
