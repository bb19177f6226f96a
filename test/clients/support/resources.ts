/** The resource servers of the service, as RESOURCES names them. */
export const NOTES = "https://notes.example.com/api";
export const FILES = "https://files.example.com/api";
export const MCP = "https://mcp.example.com/mcp";

export const RESOURCES = [
  {
    uri: NOTES,
    alias: "notes",
    scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" },
  },
  { uri: FILES, scopes: { "files:read": "Read your files" } },
  { uri: MCP, scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" } },
];
