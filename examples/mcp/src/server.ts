import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/cfworker";
import * as z from "zod";

type Context = { readonly userId: string; readonly notes: KVNamespace };

const MAX_NOTES = 100;

const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });

/** The tools of one user: each reads and writes under the `userId` of the access token. */
export function createServer({ userId, notes }: Context): McpServer {
  const server = new McpServer(
    { name: "notes", version: "1.0.0" },
    // The default validator generates code, which Workers do not allow.
    { jsonSchemaValidator: new CfWorkerJsonSchemaValidator() },
  );
  const read = async () => (await notes.get<string[]>(userId, "json")) ?? [];

  server.registerTool("list_notes", { description: "Lists the user's notes." }, async () =>
    text((await read()).join("\n") || "There are no notes."),
  );

  server.registerTool(
    "add_note",
    { description: "Saves a note.", inputSchema: { text: z.string().min(1).max(500) } },
    async ({ text: note }) => {
      await notes.put(userId, JSON.stringify([...(await read()), note].slice(-MAX_NOTES)));
      return text("Saved.");
    },
  );
  return server;
}
