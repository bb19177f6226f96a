import { constantTimeEqual } from "@oslojs/crypto/subtle";
import { utf8 } from "../../core/crypto/encoding.ts";
import { newOneTimeCode } from "../../core/crypto/generate-one-time-code.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing, SecretRoot } from "../../core/crypto/secret-ring.ts";

type Deps = { readonly secrets: SecretRing };

/** A new code for a challenge, and the keyed hash to store. The hash is bound to that challenge. */
export async function newCode(
  deps: Deps,
  challengeId: string,
): Promise<{ readonly code: string; readonly codeHash: string }> {
  const code = newOneTimeCode();
  return { code, codeHash: await hashCode(deps.secrets.current, challengeId, code) };
}

/** The hashes that a submitted code may be stored as: under the current root secret and each earlier one. */
export const codeHashes = ({ secrets }: Deps, challengeId: string, code: string): Promise<string[]> =>
  Promise.all([secrets.current, ...secrets.earlier].map((root) => hashCode(root, challengeId, code)));

/** Whether the stored hash is that of the submitted code. The comparison takes constant time. */
export async function isHashOfCode(
  deps: Deps,
  challengeId: string,
  code: string,
  codeHash: string,
): Promise<boolean> {
  const hashes = await codeHashes(deps, challengeId, code);
  return hashes.filter((hash) => constantTimeEqual(utf8(hash), utf8(codeHash))).length > 0;
}

const hashCode = (root: SecretRoot, challengeId: string, code: string): Promise<string> =>
  keyedHash(root, "challenge-code", `${challengeId}\n${code}`);
