import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { createLoopbackServer } from "./node/server.ts";

/**
 * Starts the loopback server before the first test and stops it after the last. It runs in Node;
 * tests run in workerd and reach it through `openLoopback()`.
 */
export default async function start(project: TestProject) {
  const server = createLoopbackServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  project.provide("loopbackUrl", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // Requests that hang on purpose would keep it open for ever.
    server.closeAllConnections();
    await closed;
  };
}
