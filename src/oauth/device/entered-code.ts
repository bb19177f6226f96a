import { constantTimeEqual } from "@oslojs/crypto/subtle";
import { utf8 } from "../../core/crypto/encoding.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { DEVICE_CONFIRM_PATH } from "./device-request.ts";
import { formatUserCode, readUserCode } from "./user-code.ts";

type Deps = { readonly secrets: SecretRing };

/** A code, and the session in which the user has entered it. */
type EnteredCode = { readonly code: string; readonly sessionId: string };

/**
 * The page that asks for consent. The proof says that this session has entered the code, so that the page cannot be used to
 * guess codes, and that no link of another user leads to it.
 */
export async function confirmPath(deps: Deps, entered: EnteredCode): Promise<string> {
  const query = new URLSearchParams({
    user_code: formatUserCode(entered.code),
    proof: await proofOf(deps, entered),
  });
  return `${DEVICE_CONFIRM_PATH}?${query}`;
}

/** The entered code of the page's query string, or null if this session has not entered it. */
export async function readEnteredCode(
  deps: Deps,
  query: URLSearchParams,
  sessionId: string,
): Promise<string | null> {
  const code = readUserCode(query.get("user_code") ?? "");
  if (code === null) return null;
  const expected = await proofOf(deps, { code, sessionId });
  return constantTimeEqual(utf8(query.get("proof") ?? ""), utf8(expected)) ? code : null;
}

const proofOf = ({ secrets }: Deps, { code, sessionId }: EnteredCode): Promise<string> =>
  keyedHash(secrets.current, "user-code", `entered/${sessionId}/${code}`);
