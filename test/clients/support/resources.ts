/** The resource servers of the service, as RESOURCES names them. */
export const NOTES = "https://notes.example.com/api";
export const FILES = "https://files.example.com/api";

export const RESOURCES = [
  {
    uri: NOTES,
    alias: "notes",
    scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" },
  },
  { uri: FILES, scopes: { "files:read": "Read your files" } },
];

/** The MCP server. Clients that no administrator has registered may request it. */
export const mcpResource = (uri: string) => ({
  uri,
  scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" },
  dynamicClients: true,
});
