import type { LoopbackRequest } from "../loopback/protocol.ts";

/** The client credentials of this service at every provider of the tests. */
export const CLIENT = { id: "gatehouse-client", secret: "a-client-secret-of-the-tests-0123456789" } as const;

/** The client id and secret in the header of a request (RFC 6749 §2.3.1); null without such a header. */
export function basicCredentials(request: LoopbackRequest | undefined): string[] | null {
  const [, encoded] = /^Basic (.+)$/.exec(request?.headers.authorization ?? "") ?? [];
  return encoded === undefined ? null : atob(encoded).split(":").map(decodeURIComponent);
}
