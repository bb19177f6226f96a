import { type AuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { type EmailAddress, parseEmailAddress, storedAddressKey } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type NewBootstrapDeps, newBootstrap } from "../../registration/bootstrap-superuser.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import { type DeviceTokenDeps, isDeviceStillKnown, recognizeDevice } from "../known-devices/device-token.ts";
import { lockoutKey } from "../lockout/lockout-keys.ts";
import type { IdentityAttachment } from "./identity.ts";
import { newIdentity } from "./new-identity.ts";
import type { Profile } from "./providers/provider.ts";
import { cleanName, judgeSocial, mayBootstrap, type SocialDecision } from "./rules.ts";
import type { SignInFacts } from "./sign-in-facts.ts";
import type { SocialFailure } from "./social-failure.ts";

export type ResolveAccountDeps = DeviceTokenDeps &
  NewBootstrapDeps & {
    readonly clock: Clock;
    readonly identities: {
      findFacts(question: {
        provider: string;
        subject: string;
        emailKey: string | null;
      }): Promise<SignInFacts>;
    };
    readonly messages: Outbox;
  };

export type ProviderLogin = {
  readonly provider: { readonly id: string; readonly name: string };
  readonly profile: Profile;
  readonly deviceToken: string | undefined;
  readonly caller: Caller;
};

/** Somebody who may sign in. `notice`: a mail that may be queued. */
export type ResolvedAccount = {
  readonly person: FirstFactorResult;
  readonly chosen: boolean;
  readonly notice: string | null;
};

/** Who a provider's word is about, and what it takes for them to come in. */
export async function resolveAccount(
  deps: ResolveAccountDeps,
  providerLogin: ProviderLogin,
): Promise<Result<ResolvedAccount, SocialFailure>> {
  const { profile, provider } = providerLogin;
  const email = trustedAddress(profile);
  const facts = await deps.identities.findFacts({
    provider: provider.id,
    subject: profile.subject,
    emailKey: email?.key ?? null,
  });
  const decision = judgeSocial(facts, {
    emailTrust: email ? profile.emailTrust : "unverified",
    address: email?.address ?? null,
  });
  if (decision.kind === "refuse") return err({ reason: decision.reason });
  return ok(await recognise(deps, providerLogin, decision, email));
}

type Recognition = Exclude<SocialDecision, { kind: "refuse" }>;

async function recognise(
  deps: ResolveAccountDeps,
  providerLogin: ProviderLogin,
  decision: Recognition,
  email: EmailAddress | null,
): Promise<ResolvedAccount> {
  const candidate = decision.kind === "create" ? null : decision.candidate;
  const emailKey = candidate ? storedAddressKey(candidate.account.email) : (email?.key ?? "");
  const accountId = candidate?.account.id ?? newId();
  const known = await recognizeDevice(deps, providerLogin.deviceToken, emailKey);
  // Whoever takes an account over, or has a new one, is known nowhere.
  const isKnown = known && candidate && decision.kind !== "take_over" && isDeviceStillKnown(known, candidate);
  const device = isKnown ? known : null;
  const attachment = await draftJoining(deps, providerLogin, decision.kind, email, accountId);
  const step = {
    by: "identity",
    accountId,
    attachment,
    lockoutKey: await lockoutKey(deps, emailKey, device ? "known-devices" : "strangers"),
    now: deps.clock.now(),
  } as const;
  return {
    person: { step, emailKey, device, caller: providerLogin.caller },
    chosen: candidate?.loginOtp ?? false,
    notice: attachment.kind === "known" ? null : (attachment.notice?.id ?? null),
  };
}

const EVENTS = {
  link_by_address: [],
  take_over: ["email_verified"],
  create: ["account_registered"],
} as const satisfies Record<string, readonly AuditEvent["type"][]>;

async function draftJoining(
  deps: ResolveAccountDeps,
  { provider, profile, caller }: ProviderLogin,
  kind: Recognition["kind"],
  email: EmailAddress | null,
  accountId: string,
): Promise<IdentityAttachment> {
  if (kind === "sign_in" || email === null) {
    return { kind: "known", key: { provider: provider.id, subject: profile.subject } };
  }
  const linked = { type: "identity_linked", details: { provider: provider.id } } as const;
  const events: AuditEvent[] = [...EVENTS[kind].map((type) => ({ type })), linked];
  // A first way in is no news to whoever has just taken it.
  const notice =
    kind === "create"
      ? null
      : await deps.messages.draft(
          { kind: "identity_linked", provider: provider.name },
          { expiresAt: deps.clock.now() + DAY },
        );
  return {
    kind: kind === "link_by_address" ? "link" : kind,
    key: newIdentity(provider.id, profile),
    email,
    name: kind === "link_by_address" ? null : cleanName(profile.name),
    locale: caller.locale,
    bootstrap:
      kind === "link_by_address" || !mayBootstrap(profile.emailTrust) ? null : newBootstrap(deps, caller),
    notice,
    audits: events.map((event) => newAuditEvent(deps, event, caller, accountId)),
  };
}

/** The address, if the provider's word for it is good for anything and it can be one. */
function trustedAddress({ email, emailTrust }: Profile): EmailAddress | null {
  const parsed = email !== null && emailTrust !== "unverified" ? parseEmailAddress(email) : null;
  return parsed?.ok ? parsed.value : null;
}
