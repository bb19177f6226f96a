import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void | Promise<void>;

/** A server that listens before it knows who answers its requests. */
export function createFront() {
  let handle: Handler = (_, outgoing) => void outgoing.writeHead(503).end();
  const server = createServer(async (incoming, outgoing) => {
    try {
      await handle(incoming, outgoing);
    } catch {
      outgoing.destroy();
    }
  });
  return {
    server,
    answerBy: (handler: Handler): void => {
      handle = handler;
    },
  };
}

/** Forwards each request to another origin, as it is. */
export const forwardTo =
  (origin: string): Handler =>
  (incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const forwarded = request(`${origin}${url}`, { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    forwarded.once("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  };

export const bodyOf = async (incoming: IncomingMessage): Promise<Buffer> =>
  Buffer.concat(await incoming.toArray());

/** Returns an origin with the name `localhost`, to which the tests' browser may connect. */
export async function listen(server: Server): Promise<string> {
  // By default Node closes an idle connection after five seconds, which races with its reuse.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
