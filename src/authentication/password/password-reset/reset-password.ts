import { type CheckNewPasswordDeps, checkNewPassword } from "../../../accounts/check-new-password.ts";
import type { PasswordProblem } from "../../../accounts/password-policy.ts";
import { newAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../../core/caller.ts";
import { DAY } from "../../../core/clock.ts";
import type { PasswordHasher } from "../../../core/crypto/password-hash.ts";
import type { SecretRing } from "../../../core/crypto/secret-ring.ts";
import type { Defer } from "../../../core/defer.ts";
import { storedAddressKey } from "../../../core/email-address.ts";
import { newId } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Outbox } from "../../../messaging/outbox/outbox-port.ts";
import { type NewBootstrapDeps, newBootstrap } from "../../../registration/bootstrap-superuser.ts";
import type { LiveEmailToken } from "../../../registration/email-tokens/email-token.ts";
import {
  type FindEmailTokenDeps,
  findEmailToken,
} from "../../../registration/email-tokens/find-email-token.ts";
import { newForeignAccessRemoval } from "../../../registration/foreign-access.ts";
import type { RevocationList } from "../../../sessions/revocation-list/revocation-list.ts";
import { type DeviceTokenDeps, signDeviceToken } from "../../known-devices/device-token.ts";
import { accountLockouts } from "../../lockout/lockout-keys.ts";
import { allowsMethod, type SignInMethodSettings } from "../../sign-in-methods.ts";
import type { PasswordResetStore } from "./store.ts";

export type ResetPasswordDeps = FindEmailTokenDeps &
  NewBootstrapDeps &
  CheckNewPasswordDeps &
  DeviceTokenDeps & {
    readonly passwordResets: Pick<PasswordResetStore, "complete">;
    readonly revocationList: Pick<RevocationList, "revokeAccount">;
    readonly secrets: SecretRing;
    readonly hasher: Pick<PasswordHasher, "hash">;
    readonly messages: Outbox;
    readonly defer: Defer;
    readonly settings: SignInMethodSettings & { readonly accessTokenTtl: number };
  };

export type ResetFailure =
  | { readonly reason: "email_token_invalid" }
  | { readonly reason: "password_missing" }
  | { readonly reason: "password_refused"; readonly problem: PasswordProblem };

/** The email tokens that set a password: of a user who forgot it, or of an invited user without one. */
const PASSWORD_LINK_PURPOSES = ["reset_password", "invite"] as const;

/** The links that this deployment accepts. Without passwords an invitation only verifies the address. */
export const passwordLinkPurposes = (settings: SignInMethodSettings) =>
  allowsMethod(settings, "password") ? PASSWORD_LINK_PURPOSES : (["invite"] as const);

type ResetInput = {
  readonly token: string;
  /** Undefined where the deployment has no passwords. */
  readonly newPassword: string | undefined;
  readonly caller: Caller;
};

/**
 * Consumes the link of a reset or of an invitation and sets a new password. It ends every session and removes
 * every identity whose provider has not verified the address of the account. It does not sign in. A refused
 * password leaves the link valid, so that the user can choose another one. Returns a token by which the client is a
 * known device: guesses of others do not lock the owner out there. A second factor is still required on it.
 */
export async function resetPassword(
  deps: ResetPasswordDeps,
  input: ResetInput,
): Promise<Result<{ readonly deviceToken: string }, ResetFailure>> {
  const token = await findEmailToken(deps, input.token, passwordLinkPurposes(deps.settings));
  if (!token) return err({ reason: "email_token_invalid" });
  const { accountEmail: email, accountId } = token;
  const hashed = await hashNewPassword(deps, input, token);
  if (!hashed.ok) return hashed;
  const newHash = hashed.value;
  const now = deps.clock.now();
  const purpose = token.purpose === "invite" ? "invite" : "reset_password";
  const type = purpose === "invite" ? "invitation_accepted" : "password_reset";
  // A first password needs no notice: the user who receives it has just chosen it.
  const notices = purpose === "invite" ? null : await newNotices(deps, now + DAY);
  const deviceId = newId();
  const { ip, userAgent } = input.caller;
  const outcome = await deps.passwordResets.complete({
    claim: { tokenHash: token.tokenHash, claim: newId(), now },
    purpose,
    bootstrap: newBootstrap(deps, input.caller),
    newHash,
    // The account of an invited user has the language of the inviting admin until now.
    locale: purpose === "invite" ? input.caller.locale : undefined,
    lockoutKeys: await accountLockouts(deps, { id: accountId, email }),
    device: { id: deviceId, ip, userAgent },
    notices,
    audit: newAuditEvent(deps, { type }, input.caller, accountId),
    removal: newForeignAccessRemoval(deps, input.caller, accountId),
  });
  if (outcome === "email_token_invalid") return err({ reason: "email_token_invalid" });
  deps.defer(() => deps.revocationList.revokeAccount(accountId, now, deps.settings.accessTokenTtl));
  // The batch queues one of the two.
  if (notices) deps.messages.deliverSoon([notices.changed.id, notices.alsoRemoved.id]);
  const emailKey = storedAddressKey(email);
  const known = { emailKey, deviceId, knownSince: outcome.devicesKnownSince, hasSignedIn: false };
  return ok({ deviceToken: await signDeviceToken(deps, known) });
}

/** The hash of an acceptable password. Null where the deployment has no passwords. */
async function hashNewPassword(
  deps: ResetPasswordDeps,
  { newPassword }: ResetInput,
  token: LiveEmailToken,
): Promise<Result<string | null, ResetFailure>> {
  if (!allowsMethod(deps.settings, "password")) return ok(null);
  if (newPassword === undefined) return err({ reason: "password_missing" });
  const problem = await checkNewPassword(deps, newPassword, { ...token, email: token.accountEmail });
  return problem ? err({ reason: "password_refused", problem }) : ok(await deps.hasher.hash(newPassword));
}

const newNotices = async ({ messages }: Pick<ResetPasswordDeps, "messages">, expiresAt: number) => ({
  changed: await messages.create({ kind: "password_changed" }, { expiresAt }),
  alsoRemoved: await messages.create({ kind: "sign_in_methods_reset" }, { expiresAt }),
});
