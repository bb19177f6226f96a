import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { mayEnrol } from "../second-factor/enrolment-rules.ts";
import { passkeyAmr } from "./amr.ts";
import { type Attestation, verifyAttestation } from "./attestation.ts";
import { authenticatorName } from "./authenticator-names.ts";
import type { Passkey, RelyingParty } from "./passkey.ts";
import { hasUseForPasskey, mayBeSecondFactor, type PasskeyUseSettings } from "./passkey-uses.ts";
import type { PasskeyRegistrationStore } from "./registration-store.ts";

export type AddPasskeyDeps = {
  readonly clock: Clock;
  readonly settings: PasskeyUseSettings & { readonly passkeys: RelyingParty };
  readonly passkeyRegistrations: Pick<PasskeyRegistrationStore, "add">;
  readonly messages: Outbox;
};

/** `passkeys_off`: neither a sign-in nor the second factor of this user takes a passkey. */
export type AddPasskeyFailure = {
  readonly reason:
    | "passkeys_off"
    | "not_accepted"
    | "already_registered"
    | "too_many_passkeys"
    | "reauthentication_required";
};

type AddPasskeyInput = {
  readonly session: CurrentSession;
  readonly attestation: Attestation;
  readonly label: string | undefined;
  readonly caller: Caller;
};

/** Adds a passkey to the caller's account, as a first factor. The owner is mailed. */
export async function addPasskey(
  deps: AddPasskeyDeps,
  { session, attestation, label, caller }: AddPasskeyInput,
): Promise<Result<Passkey, AddPasskeyFailure>> {
  if (!hasUseForPasskey(deps.settings, session)) return err({ reason: "passkeys_off" });
  const now = deps.clock.now();
  if (!mayEnrol(session, now)) return err({ reason: "reauthentication_required" });
  const verified = await verifyAttestation(deps.settings.passkeys, attestation);
  if (!verified) return err({ reason: "not_accepted" });
  const { challenge, isUserVerified, ...credential } = verified;
  const id = newId();
  const passkey = { ...credential, id, label: label ?? authenticatorName(credential.aaguid) };
  const notice = await deps.messages.create({ kind: "passkey_added" }, { expiresAt: now + DAY });
  const outcome = await deps.passkeyRegistrations.add({
    session,
    challenge,
    passkey,
    proves: mayBeSecondFactor(deps.settings, session)
      ? passkeyAmr({ isSynced: passkey.isSynced, isUserVerified })
      : [],
    notice,
    audit: newAuditEvent(
      deps,
      { type: "factor_added", details: { factorId: id, factor: "passkey" } },
      caller,
      session.account.id,
    ),
    now,
  });
  if (outcome !== "added") return err({ reason: outcome });
  deps.messages.deliverSoon([notice.id]);
  const { isSynced } = passkey;
  return ok({ id, label: passkey.label, createdAt: now, lastUsedAt: null, isSynced, isSecondFactor: false });
}
