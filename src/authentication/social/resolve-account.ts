import { type AuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import type { Defer } from "../../core/defer.ts";
import {
  type EmailAddress,
  hasCompatibilityCharacters,
  parseEmailAddress,
  storedAddressKey,
} from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { ClientLimits } from "../../rate-limit/client-limits.ts";
import {
  isBootstrapAddress,
  type NewBootstrapDeps,
  newBootstrap,
} from "../../registration/bootstrap-superuser.ts";
import { type CheckSignUpDeps, checkSignUp } from "../../registration/check-sign-up.ts";
import { newForeignAccessRemoval } from "../../registration/foreign-access.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import {
  type DeviceTokenDeps,
  findKnownDevice,
  readDeviceTokens,
  UNKNOWN_DEVICE,
} from "../known-devices/device-token.ts";
import { lockoutKey } from "../lockout/lockout-keys.ts";
import { type FactorFacts, NEW_ACCOUNT_FACTS } from "../second-factor/second-factor.ts";
import { cleanName, judgeSignIn, mayBootstrap, type SignInDecision } from "./account-linking-rules.ts";
import type { SocialFailure } from "./errors.ts";
import { type IdentityAttachment, type IdTokenUse, newIdentity } from "./identity.ts";
import type { Profile } from "./providers/provider.ts";
import type { IdentityStore } from "./store.ts";

export type ResolveAccountDeps = DeviceTokenDeps &
  NewBootstrapDeps &
  CheckSignUpDeps & {
    readonly clock: Clock;
    readonly identities: Pick<IdentityStore, "findSignInFacts">;
    readonly clientLimits: ClientLimits;
    readonly messages: Outbox;
    readonly revocationList: Pick<RevocationList, "publishPending">;
    readonly defer: Defer;
  };

/** An identity that a provider has verified, and the browser or client application that presents it. */
export type ProviderLogin = {
  readonly provider: { readonly id: string; readonly name: string };
  readonly profile: Profile;
  /** The ID token that an application presented; null for an access token and the code flow. */
  readonly idToken: IdTokenUse | null;
  /** The refresh token that the provider gave, sealed. */
  readonly sealedRefreshToken: string | null;
  readonly deviceTokens: readonly string[];
  /** The audience of the tokens that the sign-in issues. */
  readonly audience: string;
  /** The session whose cookies the response replaces. */
  readonly replaces: string | null;
  readonly caller: Caller;
};

type Decision = Exclude<SignInDecision, { kind: "refuse" }>;

export type ResolvedAccount = {
  readonly decision: Decision["kind"];
  readonly firstFactor: FirstFactorResult;
  /** Whether the account's owner has turned on the second factor. */
  readonly factorFacts: FactorFacts;
  /** The id of a message to deliver once the sign-in has stored it; null if there is none. */
  readonly notice: string | null;
};

/** Finds the account that an identity signs in to, or prepares a new one. Reads only; the caller's batch writes. */
export async function resolveAccount(
  deps: ResolveAccountDeps,
  login: ProviderLogin,
): Promise<Result<ResolvedAccount, SocialFailure>> {
  const { profile, provider, idToken, caller, audience, replaces } = login;
  const email = trustedAddress(profile);
  const presented = await readDeviceTokens(deps, login.deviceTokens);
  const facts = await deps.identities.findSignInFacts({
    provider: provider.id,
    subject: profile.subject,
    emailKey: email?.key ?? null,
    idToken,
    now: deps.clock.now(),
    deviceIds: presented.map(({ deviceId }) => deviceId),
  });
  if (facts.idTokenClaim !== null && facts.idTokenClaim !== idToken?.claim) {
    return err({ reason: "id_token_used" });
  }
  const decision = judgeSignIn(facts, {
    emailTrust: email ? profile.emailTrust : "unverified",
    address: email?.address ?? null,
  });
  if (decision.kind === "refuse") return err({ reason: decision.reason });
  const setsAddress = decision.kind !== "sign_in" && decision.kind !== "link_by_address";
  if (setsAddress && email && hasCompatibilityCharacters(email)) return err({ reason: "address_unusable" });
  if (email && (decision.kind === "create" || decision.kind === "take_over")) {
    const refusal = provesNoDomain(deps, profile)
      ? "domain_not_allowed"
      : await checkSignUp(signUpDepsOf(deps, profile), email);
    if (refusal) return err({ reason: refusal });
  }
  const candidate = decision.kind === "create" ? null : decision.candidate;
  const emailKey = candidate ? storedAddressKey(candidate.account.email) : (email?.key ?? "");
  const accountId = candidate?.account.id ?? newId();
  // A new, claimed or taken-over account has no known devices.
  const { device, trustedUntil } =
    candidate && !setsAddress ? await findKnownDevice(presented, emailKey, candidate) : UNKNOWN_DEVICE;
  const attachment = await newAttachment(deps, login, { kind: decision.kind, email, accountId });
  const grant = {
    by: "identity",
    accountId,
    attachment,
    lockoutKey: await lockoutKey(deps, emailKey, device ? "known-devices" : "unknown-devices"),
    now: deps.clock.now(),
  } as const;
  return ok({
    decision: decision.kind,
    firstFactor: {
      ...{ grant, emailKey, device, caller, audience, replaces },
      authenticatedAt: profile.authenticatedAt,
    },
    factorFacts: {
      ...(candidate?.factorFacts ?? NEW_ACCOUNT_FACTS),
      trustedUntil,
      ...(setsAddress && mayBootstrap(profile.emailTrust) && isBootstrapAddress(deps, emailKey)
        ? { role: "superuser" as const }
        : {}),
    },
    notice: attachment.kind === "existing" ? null : (attachment.notice?.id ?? null),
  });
}

/** An implied address does not show that its user belongs to a domain of SIGN_UP_DOMAINS. */
const provesNoDomain = ({ settings }: CheckSignUpDeps, { emailTrust }: Profile): boolean =>
  settings.signUp.domains.length > 0 && emailTrust !== "verified";

/** Only the owner of BOOTSTRAP_SUPERUSER_EMAIL is exempt from the policy, and an implied address proves no owner. */
const signUpDepsOf = (deps: CheckSignUpDeps, { emailTrust }: Profile): CheckSignUpDeps =>
  mayBootstrap(emailTrust) ? deps : { ...deps, settings: { ...deps.settings, bootstrapSuperuser: null } };

/** The address, if the provider vouches for it (`EmailTrust`) and it is well-formed. */
function trustedAddress({ email, emailTrust }: Profile): EmailAddress | null {
  const parsed = email !== null && emailTrust !== "unverified" ? parseEmailAddress(email) : null;
  return parsed?.ok ? parsed.value : null;
}

const EVENTS = {
  link_by_address: [],
  claim: ["email_verified"],
  take_over: ["email_verified"],
  create: ["account_registered"],
} as const satisfies Record<string, readonly AuditEvent["type"][]>;

type Target = {
  readonly kind: Decision["kind"];
  readonly email: EmailAddress | null;
  readonly accountId: string;
};

async function newAttachment(
  deps: ResolveAccountDeps,
  { provider, profile, idToken, sealedRefreshToken, caller }: ProviderLogin,
  { kind, email, accountId }: Target,
): Promise<IdentityAttachment> {
  if (kind === "sign_in" || email === null) {
    const key = { provider: provider.id, subject: profile.subject };
    return { kind: "existing", idToken, key, sealedRefreshToken };
  }
  const linked = { type: "identity_linked", details: { provider: provider.id } } as const;
  const events: AuditEvent[] = [...EVENTS[kind].map((type) => ({ type })), linked];
  // The owner of a new account needs no notice of its first sign-in method.
  const notice =
    kind === "create"
      ? null
      : await deps.messages.create(
          kind === "claim"
            ? { kind: "sign_in_methods_removed" }
            : { kind: "identity_linked", provider: provider.name },
          { expiresAt: deps.clock.now() + DAY },
        );
  return {
    kind: kind === "link_by_address" ? "link" : kind,
    idToken,
    isImplied: profile.emailTrust === "implied",
    removal: newForeignAccessRemoval(deps, caller, accountId),
    key: newIdentity(provider.id, profile, sealedRefreshToken),
    email,
    name: kind === "link_by_address" || kind === "claim" ? null : cleanName(profile.name),
    locale: caller.locale,
    clientLimits: kind === "create" ? await deps.clientLimits("mail", caller.ip) : [],
    bootstrap:
      kind === "link_by_address" || !mayBootstrap(profile.emailTrust) ? null : newBootstrap(deps, caller),
    notice,
    audits: events.map((event) => newAuditEvent(deps, event, caller, accountId)),
  };
}

/** What follows the batch of a sign-in: the notice to the owner, and the revocation of sessions that a claim has ended. */
export function afterAttachment(deps: ResolveAccountDeps, { decision, notice }: ResolvedAccount): void {
  if (notice) deps.messages.deliverSoon([notice]);
  if (decision === "claim") deps.defer(() => deps.revocationList.publishPending(deps.clock.now()));
}
