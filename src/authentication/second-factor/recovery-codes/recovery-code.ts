import { constantTimeEqual } from "@oslojs/crypto/subtle";
import { utf8 } from "../../../core/crypto/encoding.ts";
import { keyedHash } from "../../../core/crypto/keyed-hash.ts";
import type { SecretRing, SecretRoot } from "../../../core/crypto/secret-ring.ts";
import { typedCode } from "../../../core/typed-text.ts";

/** The codes of one set. */
export const RECOVERY_CODE_COUNT = 10;

/** As many unused codes or fewer: the account pages advise the user to create a new set. */
export const FEW_RECOVERY_CODES = 3;

/** 32 characters, 5 bits each, without 0, 1, I and O, which look like others. */
const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const GROUP = 4;
/** 80 bits: with 64 or more, guesses need no limit of their own (NIST SP 800-63B-4 §3.1.2). */
const LENGTH = 16;

/** A code in groups, such as `7KQM-X2PD-9RTA-HW4C`. */
export function newRecoveryCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  const text = [...bytes].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join("");
  return text.replace(new RegExp(`.{${GROUP}}(?=.)`, "g"), "$&-");
}

/** The characters that count: users type a code in any case, and with or without hyphens and spaces. */
const significant = (code: string): string => typedCode(code).toUpperCase();

type Deps = { readonly secrets: SecretRing };

/** With the id of the root secret, so that `npm run admin -- secrets` can count what depends on it. */
const hashUnder = async (root: SecretRoot, accountId: string, code: string): Promise<string> =>
  `${root.id}.${await keyedHash(root, "recovery-code", `${accountId}\n${significant(code)}`)}`;

/** What is stored of a code. */
export const hashRecoveryCode = ({ secrets }: Deps, accountId: string, code: string): Promise<string> =>
  hashUnder(secrets.current, accountId, code);

type StoredCode = { readonly id: string; readonly codeHash: string };

/** The stored code that was submitted, or null. Each comparison takes constant time. */
export async function findRecoveryCode(
  { secrets }: Deps,
  { accountId, code, stored }: { accountId: string; code: string; stored: readonly StoredCode[] },
): Promise<StoredCode | null> {
  const roots = [secrets.current, ...secrets.earlier];
  const hashes = await Promise.all(roots.map(async (root) => utf8(await hashUnder(root, accountId, code))));
  const matches = stored.filter(
    ({ codeHash }) => hashes.filter((hash) => constantTimeEqual(hash, utf8(codeHash))).length > 0,
  );
  return matches[0] ?? null;
}
