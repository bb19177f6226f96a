import { type Clock, SECOND } from "../../core/clock.ts";
import { newPasskeyChallenge } from "./new-challenge.ts";
import { type RequestOptions, requestOptions } from "./options.ts";
import { CHALLENGE_TTL, type RelyingParty } from "./passkey.ts";
import type { PasskeyStore } from "./store.ts";

export type StartPasskeySignInDeps = {
  readonly clock: Clock;
  readonly settings: { readonly passkeys: RelyingParty };
  readonly passkeys: Pick<PasskeyStore, "createSignInChallenge">;
};

/** `expiresIn` in seconds. */
export type PasskeySignInStarted = {
  readonly challengeId: string;
  readonly expiresIn: number;
  readonly options: RequestOptions;
};

/** The options of a sign-in. They name no credential: the user chooses the account, and nothing is asked before. */
export async function startPasskeySignIn(deps: StartPasskeySignInDeps): Promise<PasskeySignInStarted> {
  const challenge = newPasskeyChallenge(deps);
  await deps.passkeys.createSignInChallenge(challenge);
  const options = requestOptions(deps.settings.passkeys, {
    challenge: challenge.challenge,
    allowed: [],
    userVerification: "required",
  });
  return { challengeId: challenge.id, expiresIn: CHALLENGE_TTL / SECOND, options };
}
