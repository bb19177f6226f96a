/** The resource servers of the service, as RESOURCES names them. */
export const NOTES = "https://notes.example.com/api";
export const FILES = "https://files.example.com/api";

/** The API of examples/node-api. */
export const REPORTS = "https://reports.example.com";

export const RESOURCES = [
  {
    uri: NOTES,
    alias: "notes",
    scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" },
  },
  { uri: FILES, scopes: { "files:read": "Read your files" } },
  { uri: REPORTS, scopes: { "reports:read": "Read reports" } },
];

/** The MCP server. Clients that no administrator has registered may request it. */
export const mcpResource = (uri: string) => ({
  uri,
  scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" },
  dynamicClients: true,
});

/** The API of examples/spa, at its own origin. */
export const apiResource = (uri: string) => ({ uri, scopes: { "notes:read": "Read your notes" } });
