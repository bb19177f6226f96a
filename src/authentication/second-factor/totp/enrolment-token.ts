import { type Clock, MINUTE } from "../../../core/clock.ts";
import { fromBase64url, toBase64url } from "../../../core/crypto/encoding.ts";
import { seal, unseal } from "../../../core/crypto/seal.ts";
import type { SecretRing } from "../../../core/crypto/secret-ring.ts";
import type { CurrentSession } from "../../../sessions/session.ts";

/** Milliseconds in which the user adds the secret to an app and enters its code. */
export const ENROLMENT_TTL_MS = 10 * MINUTE;

/** An authenticator that is not stored yet. */
export type TotpEnrolment = { readonly factorId: string; readonly secret: Uint8Array };

type Deps = { readonly secrets: SecretRing; readonly clock: Clock };
type Owner = Pick<CurrentSession, "sessionId" | "account">;

const contextOf = ({ sessionId, account }: Owner): string => `totp enrolment\n${account.id}\n${sessionId}`;

/** Seals an enrolment for one session. Until a code is verified, nothing is stored. */
export const sealEnrolment = (
  deps: Deps,
  owner: Owner,
  { factorId, secret }: TotpEnrolment,
): Promise<string> =>
  seal(
    deps.secrets,
    "seal-factor",
    contextOf(owner),
    `${factorId} ${deps.clock.now() + ENROLMENT_TTL_MS} ${toBase64url(secret)}`,
  );

/** Null if the token is not of this session, or has expired. */
export async function openEnrolment(deps: Deps, owner: Owner, token: string): Promise<TotpEnrolment | null> {
  const text = await unseal(deps.secrets, "seal-factor", contextOf(owner), token);
  const [factorId = "", expiresAt = "", secretText = ""] = text?.split(" ") ?? [];
  const secret = fromBase64url(secretText);
  if (text === null || secret === null || Number(expiresAt) <= deps.clock.now()) return null;
  return { factorId, secret };
}
