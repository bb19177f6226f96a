export const READ = "notes:read";
export const WRITE = "notes:write";

/** The tools that need another scope than `notes:read`. */
const WRITING_TOOLS = new Set(["add_note"]);

/**
 * The scopes that a request needs. Those of a tool include `notes:read`, because a client that asks for more scopes
 * asks for exactly these.
 */
export function requiredScopes(message: unknown): readonly string[] {
  const messages = Array.isArray(message) ? message : [message];
  return messages.some(callsWritingTool) ? [READ, WRITE] : [READ];
}

function callsWritingTool(message: unknown): boolean {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return method === "tools/call" && WRITING_TOOLS.has(String(params?.name));
}
