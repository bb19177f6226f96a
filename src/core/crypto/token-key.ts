import type { SecretRing, SecretRoot } from "./secret-ring.ts";
import { UnknownKeyError } from "./token-error.ts";

/** Finds the HMAC key of a token by the `kid` of its header, for `jwtVerify`. Throws `UnknownKeyError`. */
export const hmacKeyOfToken =
  (secrets: SecretRing, purpose: Parameters<SecretRoot["hmacKey"]>[0]) =>
  async ({ kid = "" }: { readonly kid?: string | undefined }): Promise<CryptoKey> => {
    const root = secrets.find(kid);
    if (!root) throw new UnknownKeyError();
    return root.hmacKey(purpose);
  };
