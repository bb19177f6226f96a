import { createServer } from "node:net";

/** Below the ephemeral range (RFC 6056 §2.1; Linux from 32768), so that no outgoing connection takes the port. */
const [FROM, TO] = [20_000, 32_000] as const;

/** A port on which no process listens. */
export async function findFreePort(): Promise<number> {
  const port = FROM + Math.floor(Math.random() * (TO - FROM));
  return (await isPortFree(port)) ? port : findFreePort();
}

/** Whether a server can listen on the port, on the loopback interface. */
export async function isPortFree(port: number): Promise<boolean> {
  try {
    return (await listenOnce(port)) === port;
  } catch {
    return false;
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: "localhost" }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : port));
    });
  });
}
