import type { Clock } from "../../core/clock.ts";
import { newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { newId } from "../../core/ids.ts";
import { CHALLENGE_TTL, type NewPasskeyChallenge } from "./passkey.ts";

export function newPasskeyChallenge({ clock }: { readonly clock: Clock }): NewPasskeyChallenge {
  const createdAt = clock.now();
  return { id: newId(), challenge: newOneTimeToken(), createdAt, expiresAt: createdAt + CHALLENGE_TTL };
}
