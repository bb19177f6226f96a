import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { startOpenIdProvider } from "./node/openid-provider.ts";
import { createLoopbackServer } from "./node/server.ts";
import { createSocialServer } from "./node/social/server.ts";

/**
 * Starts the servers that replace remote services before the first test, and stops them after the last. They run in
 * Node; tests run in workerd and reach them over HTTP.
 */
export default async function start(project: TestProject) {
  const loopback = createLoopbackServer();
  const social = createSocialServer();
  project.provide("loopbackUrl", await listen(loopback));
  project.provide("socialUrl", await listen(social));
  const google = await startOpenIdProvider({ claimsInIdToken: true, givesRefreshTokens: false });
  const oidc = await startOpenIdProvider({ claimsInIdToken: false, givesRefreshTokens: true });
  project.provide("googleUrl", google.url);
  project.provide("oidcUrl", oidc.url);
  const servers = [loopback, social, google.server, oidc.server];
  // By default Node closes an idle connection after five seconds, which races with its reuse by workerd.
  for (const server of servers) server.keepAliveTimeout = 0;
  return async () => {
    await Promise.all(servers.map(stop));
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Requests that hang on purpose would keep the server open forever.
  server.closeAllConnections();
  await closed;
}
