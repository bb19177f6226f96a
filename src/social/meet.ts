import { lockKey } from "../account-lock/lock-key.ts";
import { type DraftBootstrapDeps, draftBootstrap } from "../accounts/draft-bootstrap.ts";
import { type AuditEvent, draftAuditEvent } from "../audit/event.ts";
import { type DeviceTokenDeps, isStillKnown, recogniseDevice } from "../devices/device-token.ts";
import type { Joining } from "../identities/identity.ts";
import type { SignInFacts } from "../identities/sign-in-facts.ts";
import type { Caller } from "../kernel/caller.ts";
import { type Clock, DAY } from "../kernel/clock.ts";
import { type EmailAddress, parseEmailAddress, storedAddressKey } from "../kernel/email-address.ts";
import { newId } from "../kernel/ids.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import type { ProvenPerson } from "../sign-in/proven.ts";
import type { Profile } from "../social-providers/port.ts";
import { draftIdentity } from "./draft-identity.ts";
import { cleanName, judgeSocial, mayBootstrap, type SocialDecision } from "./rules.ts";
import type { SocialFailure } from "./social-failure.ts";

export type MeetDeps = DeviceTokenDeps &
  DraftBootstrapDeps & {
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

export type Encounter = {
  readonly provider: { readonly id: string; readonly name: string };
  readonly profile: Profile;
  readonly deviceToken: string | undefined;
  readonly caller: Caller;
};

/** Somebody who may sign in. `notice`: a mail that may be queued. */
export type Met = {
  readonly person: ProvenPerson;
  readonly chosen: boolean;
  readonly notice: string | null;
};

/** Who a provider's word is about, and what it takes for them to come in. */
export async function meet(deps: MeetDeps, encounter: Encounter): Promise<Result<Met, SocialFailure>> {
  const { profile, provider } = encounter;
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
  return ok(await recognise(deps, encounter, decision, email));
}

type Recognition = Exclude<SocialDecision, { kind: "refuse" }>;

async function recognise(
  deps: MeetDeps,
  encounter: Encounter,
  decision: Recognition,
  email: EmailAddress | null,
): Promise<Met> {
  const candidate = decision.kind === "create" ? null : decision.candidate;
  const emailKey = candidate ? storedAddressKey(candidate.account.email) : (email?.key ?? "");
  const accountId = candidate?.account.id ?? newId();
  const known = await recogniseDevice(deps, encounter.deviceToken, emailKey);
  // Whoever takes an account over, or has a new one, is known nowhere.
  const isKnown = known && candidate && decision.kind !== "take_over" && isStillKnown(known, candidate);
  const device = isKnown ? known : null;
  const joining = await draftJoining(deps, encounter, decision.kind, email, accountId);
  const step = {
    by: "identity",
    accountId,
    joining,
    lockKey: await lockKey(deps, emailKey, device ? "known-devices" : "strangers"),
    now: deps.clock.now(),
  } as const;
  return {
    person: { step, emailKey, device, caller: encounter.caller },
    chosen: candidate?.loginOtp ?? false,
    notice: joining.kind === "known" ? null : (joining.notice?.id ?? null),
  };
}

const EVENTS = {
  link_by_address: [],
  take_over: ["email_verified"],
  create: ["account_registered"],
} as const satisfies Record<string, readonly AuditEvent["type"][]>;

async function draftJoining(
  deps: MeetDeps,
  { provider, profile, caller }: Encounter,
  kind: Recognition["kind"],
  email: EmailAddress | null,
  accountId: string,
): Promise<Joining> {
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
    key: draftIdentity(provider.id, profile),
    email,
    name: kind === "link_by_address" ? null : cleanName(profile.name),
    locale: caller.locale,
    bootstrap:
      kind === "link_by_address" || !mayBootstrap(profile.emailTrust) ? null : draftBootstrap(deps, caller),
    notice,
    audits: events.map((event) => draftAuditEvent(deps, event, caller, accountId)),
  };
}

/** The address, if the provider's word for it is good for anything and it can be one. */
function trustedAddress({ email, emailTrust }: Profile): EmailAddress | null {
  const parsed = email !== null && emailTrust !== "unverified" ? parseEmailAddress(email) : null;
  return parsed?.ok ? parsed.value : null;
}
