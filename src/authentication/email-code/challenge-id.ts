import { seal, unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";

type Deps = { readonly secrets: SecretRing };

/** A challenge of a sign-in by email code: the id of its row, and the address that the code is mailed to. */
export type EmailCodeChallenge = { readonly id: string; readonly emailKey: string };

/**
 * A new challenge, and its id for the client: `<row id>.<sealed email key>`. An answer counts for the lockout of the
 * address, so the sealed part saves the answer a query for the address. Only this service can make or read it.
 */
export async function newChallengeId(
  { secrets }: Deps,
  emailKey: string,
): Promise<{ readonly id: string; readonly challengeId: string }> {
  const id = newId();
  return { id, challengeId: `${id}.${await seal(secrets, "seal-challenge", id, emailKey)}` };
}

/** Null if this service did not issue the id, or the root secret that sealed it is gone. */
export async function readChallengeId(
  { secrets }: Deps,
  challengeId: string,
): Promise<EmailCodeChallenge | null> {
  const [id = ""] = challengeId.split(".", 1);
  const emailKey = await unseal(secrets, "seal-challenge", id, challengeId.slice(id.length + 1));
  return emailKey === null ? null : { id, emailKey };
}
