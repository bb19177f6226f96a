import { createServer } from "node:net";

/** Below what systems lend out by themselves (RFC 6056 §2.1, Linux from 32768): no connection gets one meanwhile. */
const [FROM, TO] = [20_000, 32_000] as const;

/** A port of this machine that nobody listens on just now, and that nobody is given before it is taken. */
export async function anyFreePort(): Promise<number> {
  const port = FROM + Math.floor(Math.random() * (TO - FROM));
  return (await isPortFree(port)) ? port : anyFreePort();
}

/** Whether a server could be started there, on the loopback interface. */
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
