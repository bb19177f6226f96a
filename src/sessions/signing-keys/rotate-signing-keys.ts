import type { Clock } from "../../core/clock.ts";
import { seal, unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { createSigningKey } from "./create-signing-key.ts";
import { KEY_MAX_AGE, MAX_TOKEN_LIFE, planRotation, SIGNING_PERIOD } from "./rules.ts";
import { SIGNING_ALGS, type SigningAlg, type StoredSigningKey } from "./signing-key.ts";
import type { SigningKeyStore } from "./store.ts";

export type RotateSigningKeysDeps = {
  readonly signingKeys: Pick<SigningKeyStore, "list" | "addFirst" | "addNext" | "reseal" | "remove">;
  readonly secrets: SecretRing;
  readonly clock: Clock;
};

/**
 * Hourly, for each algorithm: publishes the next key a day before it signs, reseals keys that a previous root secret still
 * seals, and removes keys whose last token has expired. Idempotent, also for concurrent runs.
 */
export async function rotateSigningKeys(deps: RotateSigningKeysDeps): Promise<void> {
  const now = deps.clock.now();
  const keys = await deps.signingKeys.list(now - KEY_MAX_AGE);
  for (const alg of SIGNING_ALGS) await rotateKeysOf(deps, alg, keys, now);
  for (const key of keys) await resealUnderCurrentRoot(deps, key);
}

async function rotateKeysOf(
  deps: RotateSigningKeysDeps,
  alg: SigningAlg,
  all: readonly StoredSigningKey[],
  now: number,
): Promise<void> {
  const { secrets, signingKeys } = deps;
  const isOpenable = (key: StoredSigningKey) => secrets.find(key.sealedBy) !== null;
  const keys = all.filter((key) => key.alg === alg);
  const isMissing = !keys.some(isOpenable);
  if (isMissing && all.some(isOpenable)) {
    // A deployment from before this algorithm. An unused deployment gets its keys from its first request.
    const period = { createdAt: now, signsFrom: now, signsUntil: now + SIGNING_PERIOD };
    const first = await createSigningKey(secrets, alg, period);
    await signingKeys.addFirst([first], secrets.ids, now - KEY_MAX_AGE);
  }
  const plan = planRotation(keys, isOpenable, MAX_TOKEN_LIFE, now);
  if (plan.next) {
    const { predecessor, signsFrom, signsUntil } = plan.next;
    const next = await createSigningKey(secrets, alg, { createdAt: now, signsFrom, signsUntil });
    await signingKeys.addNext(next, predecessor, secrets.ids);
  }
  if (plan.retired.length > 0) await signingKeys.remove(plan.retired);
}

/** Without resealing, removing AUTH_SECRET_PREVIOUS would lose the key. */
async function resealUnderCurrentRoot(deps: RotateSigningKeysDeps, key: StoredSigningKey): Promise<void> {
  if (key.sealedBy === deps.secrets.current.id) return;
  const jwk = await unseal(deps.secrets, "seal-signing-key", key.kid, key.sealedPrivateJwk);
  if (jwk === null) return;
  const sealed = await seal(deps.secrets, "seal-signing-key", key.kid, jwk);
  await deps.signingKeys.reseal(key, sealed, deps.secrets.current.id);
}
