import { createServer } from "node:net";

/** A port of this machine that nobody listens on just now. */
export const anyFreePort = (): Promise<number> => listenOnce(0);

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
