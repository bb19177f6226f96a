import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import { newOneTimeCode } from "../../core/crypto/one-time-code.ts";
import type { SecretRing, SecretRoot } from "../../core/crypto/secret-ring.ts";

type Deps = { readonly secrets: SecretRing };

/** A fresh code for a challenge, and the keyed hash to store: bound to that challenge alone. */
export async function newCode(
  deps: Deps,
  challengeId: string,
): Promise<{ readonly code: string; readonly codeHash: string }> {
  const code = newOneTimeCode();
  return { code, codeHash: await hashCode(deps.secrets.current, challengeId, code) };
}

/** What a given code would be stored as: under the current root, and under each earlier one. */
export const codeHashes = ({ secrets }: Deps, challengeId: string, code: string): Promise<string[]> =>
  Promise.all([secrets.current, ...secrets.earlier].map((root) => hashCode(root, challengeId, code)));

const hashCode = (root: SecretRoot, challengeId: string, code: string): Promise<string> =>
  keyedHash(root, "challenge-code", `${challengeId}\n${code}`);
