import { type AuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import {
  isBootstrapAddress,
  type NewBootstrapDeps,
  newBootstrap,
} from "../../registration/bootstrap-superuser.ts";
import { newForeignAccessRemoval } from "../../registration/foreign-access.ts";
import type { FirstFactorGrant } from "../first-factor.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import { isDeviceStillKnown } from "../known-devices/device-token.ts";
import { type FactorFacts, NEW_ACCOUNT_FACTS } from "../second-factor/second-factor.ts";
import type { EmailCodeDecision } from "./email-code.ts";
import type { CodeAccount, CodeAttemptInput } from "./store.ts";

export type ProveEmailCodeDeps = NewBootstrapDeps & { readonly clock: Clock; readonly messages: Outbox };

type Client = {
  readonly audience: string;
  readonly replaces: string | null;
  readonly caller: Caller;
};

type CorrectCode = {
  readonly attempt: CodeAttemptInput;
  readonly email: EmailAddress;
  readonly decision: EmailCodeDecision;
  readonly holder: CodeAccount | null;
};

type ProvenCode = {
  readonly firstFactor: FirstFactorResult & { readonly grant: FirstFactorGrant<"email_code"> };
  readonly factorFacts: FactorFacts;
};

const EVENTS = {
  sign_in: [],
  claim: ["email_verified"],
  take_over: ["email_verified"],
  create: ["account_registered"],
} as const satisfies Record<EmailCodeDecision, readonly AuditEvent["type"][]>;

/** What a correct code opens. The batch that opens the session consumes the code, and creates or verifies the account. */
export async function proveEmailCode(
  deps: ProveEmailCodeDeps,
  { audience, replaces, caller }: Client,
  { attempt, email, decision, holder }: CorrectCode,
): Promise<ProvenCode> {
  const { emailKey, keys, now } = attempt;
  const accountId = holder?.account.id ?? newId();
  // A new, claimed or taken-over account has no known devices, and no factors of its new owner.
  const isOwn = decision === "sign_in" && holder !== null;
  const device =
    isOwn && attempt.device && isDeviceStillKnown(attempt.device, holder) ? attempt.device : null;
  const proof = {
    id: attempt.id,
    attempt: attempt.attempt,
    decision,
    email,
    locale: caller.locale,
    codesLockoutKey: keys.codes,
    bootstrap: decision === "sign_in" ? null : newBootstrap(deps, caller),
    notice:
      decision === "claim"
        ? await deps.messages.create({ kind: "sign_in_methods_removed" }, { expiresAt: now + DAY })
        : null,
    removal: newForeignAccessRemoval(deps, caller, accountId),
    audits: EVENTS[decision].map((type) => newAuditEvent(deps, { type }, caller, accountId)),
  };
  const grant = {
    by: "email_code",
    accountId,
    proof,
    lockoutKey: device ? keys.knownDevices : keys.unknownDevices,
    now: deps.clock.now(),
  } as const;
  return {
    firstFactor: { grant, emailKey, device, caller, audience, replaces },
    factorFacts: isOwn ? holder.factorFacts : newOwnerFacts(deps, emailKey),
  };
}

const newOwnerFacts = (deps: ProveEmailCodeDeps, emailKey: string): FactorFacts =>
  isBootstrapAddress(deps, emailKey) ? { ...NEW_ACCOUNT_FACTS, role: "superuser" } : NEW_ACCOUNT_FACTS;
