import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { EXAMPLE_CLIENT } from "./example-client.ts";

/** An app on another site, which shows whether it got a code. */
export type ExampleApp = { readonly origin: string; stop(): void };

/** To a browser, another site than `localhost`. */
const HOST = "127.0.0.1";

export async function startExampleApp(): Promise<ExampleApp> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", origin);
    if (pathname !== EXAMPLE_CLIENT.path) return response.writeHead(404).end();
    const heading = searchParams.get("error") ?? (searchParams.has("code") ? "Welcome back" : "");
    return response
      .setHeader("Content-Type", "text/html")
      .end(`<!doctype html><html lang="en"><title>App</title>
<link rel="icon" href="data:,"><h1>${heading}</h1></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const origin = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  return { origin, stop: () => void server.close() };
}
