import {
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/server";
import { type Clock, MINUTE } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import type { PasskeyStore } from "./store.ts";

export type CreatePasskeyOptionsDeps = {
  readonly clock: Clock;
  readonly passkeys: Pick<PasskeyStore, "createChallenge">;
  readonly settings: { readonly passkeys: { readonly rpId: string } };
};

type Subject = {
  readonly purpose: "reauthentication";
  readonly accountId: string;
  readonly subjectId: string;
};

/** The options with which a browser asks a passkey of the account for an assertion. */
export async function createPasskeyOptions(
  deps: CreatePasskeyOptionsDeps,
  subject: Subject,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const createdAt = deps.clock.now();
  const { rpId: rpID } = deps.settings.passkeys;
  const options = await generateAuthenticationOptions({ rpID, userVerification: "preferred" });
  const { challenge } = options;
  const row = { id: newId(), challenge, createdAt, expiresAt: createdAt + 5 * MINUTE };
  await deps.passkeys.createChallenge(row, subject);
  return options;
}
