import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import type { protectResource } from "../../src/client/index.ts";

/** Serves on a free port of `localhost`, which is another site than the provider's 127.0.0.1. */
export async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin, close };
}

/** Serves examples/spa on an origin of its own. `configure` sets the content of its meta elements by their names. */
export async function serveSpa() {
  const bundle = await build({
    entryPoints: ["examples/spa/src/main.ts"],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  const script = bundle.outputFiles[0]?.text ?? "";
  let settings: Readonly<Record<string, string>> = {};
  const app = await serve((request, response) => {
    if (request.url === "/main.js") {
      return response.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
    }
    const page = readFileSync("examples/spa/index.html", "utf8").replaceAll(
      /(<meta name="([\w-]+)" content=")[^"]+/g,
      (line, start: string, name: string) => (settings[name] === undefined ? line : start + settings[name]),
    );
    return response.writeHead(200, { "Content-Type": "text/html" }).end(page);
  });
  return {
    ...app,
    configure: (chosen: Readonly<Record<string, string>>): void => {
      settings = chosen;
    },
  };
}

/** The API of the app: the notes of the user of a token. Null: every origin may read it. */
export const answerNotes =
  (resource: ReturnType<typeof protectResource>, origin: string | null): RequestListener =>
  async (request, response) => {
    response.setHeader("Access-Control-Allow-Origin", origin ?? "*");
    response.setHeader("Access-Control-Allow-Headers", "Authorization");
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    const result = await resource.authorize(request.headers.authorization, { scopes: ["notes:read"] });
    if (!result.ok) return response.writeHead(result.status, result.headers).end();
    return response.end(JSON.stringify({ notes: [{ text: `A note of ${result.token.userId}` }] }));
  };
