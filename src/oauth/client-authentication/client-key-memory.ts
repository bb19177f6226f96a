import type { Client } from "../clients/client.ts";
import type { UsedAssertion } from "./client-assertion.ts";

/** The keys of a client that authenticates by `private_key_jwt`, as its row registers them. */
export type RegisteredKeys = Pick<Client, "id" | "jwks" | "jwksUri">;

/** An assertion that is valid for `keys`, which may be outdated. */
export type RememberedAssertion = { readonly assertion: UsedAssertion; readonly keys: RegisteredKeys };

/** Clients of one isolate. The oldest makes room. */
const MAX_REMEMBERED = 200;

/**
 * Remembers the keys with which clients have authenticated in this isolate. With them an assertion can be verified before
 * D1 is read. They may be outdated: what depends on them must compare them with the row of the client.
 */
export function createClientKeyMemory() {
  const remembered = new Map<string, RegisteredKeys>();
  return {
    get: (clientId: string): RegisteredKeys | null => remembered.get(clientId) ?? null,
    remember({ id, jwks, jwksUri }: RegisteredKeys): void {
      remembered.delete(id);
      const [oldest = ""] = remembered.keys();
      if (remembered.size >= MAX_REMEMBERED) remembered.delete(oldest);
      remembered.set(id, { id, jwks, jwksUri });
    },
  };
}

export type ClientKeyMemory = ReturnType<typeof createClientKeyMemory>;
