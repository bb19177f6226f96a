import { type Clock, SECOND } from "../../core/clock.ts";
import { seal, unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { createSigningKey } from "./create-signing-key.ts";
import { KEY_MAX_AGE, planRotation } from "./rules.ts";
import type { StoredSigningKey } from "./signing-key.ts";
import type { SigningKeyStore } from "./store.ts";

export type RotateSigningKeysDeps = {
  readonly signingKeys: Pick<SigningKeyStore, "list" | "addNext" | "reseal" | "remove">;
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly settings: { readonly accessTokenTtl: number };
};

/**
 * Hourly: publishes the next key a day before it signs, reseals keys that a previous root secret still seals,
 * and removes keys whose last token has expired. Idempotent, also for concurrent runs.
 */
export async function rotateSigningKeys(deps: RotateSigningKeysDeps): Promise<void> {
  const now = deps.clock.now();
  const keys = await deps.signingKeys.list(now - KEY_MAX_AGE);
  const isOpenable = (key: StoredSigningKey) => deps.secrets.find(key.sealedBy) !== null;
  const plan = planRotation(keys, isOpenable, deps.settings.accessTokenTtl * SECOND, now);
  if (plan.next) {
    const { predecessor, signsFrom, signsUntil } = plan.next;
    const next = await createSigningKey(deps.secrets, { createdAt: now, signsFrom, signsUntil });
    await deps.signingKeys.addNext(next, predecessor, deps.secrets.ids);
  }
  for (const key of keys) await resealUnderCurrentRoot(deps, key);
  if (plan.retired.length > 0) await deps.signingKeys.remove(plan.retired);
}

/** Without resealing, removing AUTH_SECRET_PREVIOUS would lose the key. */
async function resealUnderCurrentRoot(deps: RotateSigningKeysDeps, key: StoredSigningKey): Promise<void> {
  if (key.sealedBy === deps.secrets.current.id) return;
  const jwk = await unseal(deps.secrets, "seal-signing-key", key.kid, key.sealedPrivateJwk);
  if (jwk === null) return;
  const sealed = await seal(deps.secrets, "seal-signing-key", key.kid, jwk);
  await deps.signingKeys.reseal(key, sealed, deps.secrets.current.id);
}
