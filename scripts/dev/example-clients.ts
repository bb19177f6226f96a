import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { ConfiguredClient } from "../../src/oauth/clients/apply-configuration.ts";
import { hashClientSecret } from "../../src/oauth/clients/credentials.ts";
import type { ClientLimits } from "../../src/oauth/clients/rules.ts";
import { REPORTS_API } from "./example-resources.ts";
import type { ExampleAddress } from "./notes-example.ts";

// The OAuth clients of the examples, for a local database only. The example of an MCP server needs none: its clients
// register themselves.

type Setup = {
  readonly limits: Pick<ClientLimits, "resources">;
  /** Null if the example does not start. */
  readonly notes: ExampleAddress | null;
  /** Default: `examples`. */
  readonly directory?: string;
};

/** The clients of the examples that are installed. A secret is created once, in a file that Git ignores. */
export async function exampleClients({
  limits,
  notes,
  directory = "examples",
}: Setup): Promise<readonly ConfiguredClient[]> {
  const has = (example: string) => existsSync(join(directory, example));
  const resource = (isIt: (one: ClientLimits["resources"][number]) => boolean) =>
    limits.resources.filter(isIt);
  const reports = resource(({ uri }) => uri === REPORTS_API);
  const api = resource(({ alias }) => alias === notes?.resource.alias);
  return [
    ...(notes ? [await notesClient(directory, notes, api)] : []),
    ...(notes && has("spa") ? [spaClient(api)] : []),
    ...(has("node-api") && reports.length > 0 ? [await reportsClient(directory, reports)] : []),
  ];
}

const accessTo = (resources: ClientLimits["resources"]) => ({
  resources: resources.map(({ uri }) => uri),
  scopes: resources.flatMap(({ scopes }) => Object.keys(scopes)),
});

/** A web app with a server. */
async function notesClient(
  directory: string,
  { origin, returnUrl }: ExampleAddress,
  api: ClientLimits["resources"],
): Promise<ConfiguredClient> {
  const { resources, scopes } = accessTo(api);
  return {
    id: "notes",
    metadata: {
      name: "Notes (example)",
      redirectUris: [returnUrl],
      postLogoutRedirectUris: [`${origin}/`],
      resources,
      scopes: ["openid", "profile", "email", ...scopes],
      isFirstParty: true,
    },
    secretHashes: [await hashClientSecret(secretIn(join(directory, "notes", ".dev.vars"), "notes"))],
  };
}

/** Where the README of the single-page app serves it. */
const SPA_URL = "http://localhost:8000/";

/** A single-page app that shows the notes of the user. */
function spaClient(api: ClientLimits["resources"]): ConfiguredClient {
  const { resources, scopes } = accessTo(api);
  return {
    id: "spa",
    metadata: {
      name: "Single-page app (example)",
      type: "public",
      redirectUris: [SPA_URL],
      postLogoutRedirectUris: [SPA_URL],
      resources,
      scopes: ["openid", "profile", "email", ...scopes],
    },
  };
}

/** A program without a user. */
const reportsClient = async (
  directory: string,
  reports: ClientLimits["resources"],
): Promise<ConfiguredClient> => ({
  id: "reports-job",
  metadata: { name: "Reports job (example)", grantTypes: ["client_credentials"], ...accessTo(reports) },
  secretHashes: [await hashClientSecret(secretIn(join(directory, "node-api", ".env"), "reports-job"))],
});

/**
 * The CLIENT_SECRET in the file of an example's variables. A missing file is created with 0600; a file without the
 * secret gets it.
 */
export function secretIn(path: string, clientId: string): string {
  const existing = existsSync(path) ? readFileSync(path, "utf8") : "";
  const { CLIENT_SECRET } = parseEnv(existing);
  if (CLIENT_SECRET) return CLIENT_SECRET;
  const secret = `gths_${randomBytes(32).toString("base64url")}`;
  const lines = `# The example's client at the local service, created by \`npm run dev\`. Not for production.
CLIENT_ID=${clientId}
CLIENT_SECRET=${secret}
`;
  const separator = existing === "" || existing.endsWith("\n") ? "" : "\n";
  writeFileSync(path, existing + separator + lines, { mode: 0o600 });
  return secret;
}
