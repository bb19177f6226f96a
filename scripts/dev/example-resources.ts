import { existsSync } from "node:fs";
import { join } from "node:path";

/** One entry of RESOURCES. */
export type ExampleResource = {
  readonly uri: string;
  readonly alias?: string;
  readonly scopes: Readonly<Record<string, string>>;
  readonly dynamicClients?: boolean;
};

const NOTES_SCOPES = { "notes:read": "Read your notes", "notes:write": "Add notes" };

/** The API of examples/node-api. Its URI is a name only: the server listens on any port. */
export const REPORTS_API = "https://reports.example.com";
/** The URL of examples/mcp, which clients connect to. Its README starts it on this port. */
const MCP_SERVER = "http://localhost:8795/mcp";

/** The API of examples/notes, on the port of this start. */
export const notesResource = (origin: string) =>
  ({ uri: origin, alias: "notes", scopes: NOTES_SCOPES }) as const satisfies ExampleResource;

/** The resources of the examples that a developer starts. MCP clients register themselves. */
export const otherResources = (directory = "examples"): readonly ExampleResource[] => [
  ...(existsSync(join(directory, "node-api"))
    ? [{ uri: REPORTS_API, scopes: { "reports:read": "Read reports" } }]
    : []),
  ...(existsSync(join(directory, "mcp"))
    ? [{ uri: MCP_SERVER, scopes: NOTES_SCOPES, dynamicClients: true }]
    : []),
];
