import { createServer, request } from "node:http";

/**
 * A server on a known port in front of the service, whose own port is known only after its start. The service and
 * WebAuthn compare the whole origin of a script's requests, so that PUBLIC_URL must have the port of the browser.
 */
export async function startProxy(port: number, target: string): Promise<() => void> {
  const server = createServer((incoming, answer) => {
    const { method, url, headers } = incoming;
    const forwarded = request(`${target}${url}`, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    forwarded.on("error", () => answer.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(port, "localhost", resolve));
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
