import type { Clock } from "../../core/clock.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newPasskeyChallenge } from "./new-challenge.ts";
import { type RequestOptions, requestOptions } from "./options.ts";
import type { CredentialDescriptor, RelyingParty } from "./passkey.ts";
import type { PasskeyStore } from "./store.ts";

export type CreatePasskeyOptionsDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly settings: { readonly passkeys: RelyingParty };
  readonly passkeys: Pick<PasskeyStore, "createChallenge">;
};

/** `subjectId`: the pending sign-in whose second factor is due, or the session that reauthenticates. */
type PasskeyOptionsInput =
  | { readonly purpose: "reauthentication"; readonly subjectId: string; readonly accountId: string }
  | { readonly purpose: "second_factor"; readonly subjectId: string };

/**
 * The options for a passkey of one account, as second factor or at a reauthentication. For an unknown sign-in, and an
 * account without passkeys, they name a credential that does not exist.
 */
export async function createPasskeyOptions(
  deps: CreatePasskeyOptionsDeps,
  input: PasskeyOptionsInput,
): Promise<RequestOptions> {
  const challenge = newPasskeyChallenge(deps);
  const [passkeys, placeholder] = await Promise.all([
    deps.passkeys.createChallenge(challenge, input),
    placeholderOf(deps, input.subjectId),
  ]);
  return requestOptions(deps.settings.passkeys, {
    challenge: challenge.challenge,
    allowed: passkeys.length > 0 ? passkeys : [placeholder],
    userVerification: "preferred",
  });
}

/** The same for each request of a subject, like a real one. */
async function placeholderOf(
  { secrets }: { readonly secrets: SecretRing },
  subjectId: string,
): Promise<CredentialDescriptor> {
  const id = await keyedHash(secrets.current, "challenge-code", `passkey\n${subjectId}`);
  return { id, transports: ["internal", "hybrid"] };
}
