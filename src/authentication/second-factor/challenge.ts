import type { Account } from "../../accounts/account.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { NewSession } from "../../sessions/session.ts";
import type { ChallengeAttempt } from "../one-time-codes/statements.ts";
import type { ReplacedSession } from "../replaced-session.ts";
import type { SecondFactorKind } from "./policy.ts";
import type { FactorFacts, FactorState, Verified } from "./second-factor.ts";

/** A challenge whose attempt was counted. Its answer is not evaluated yet. */
export type CountedChallenge = FactorState & {
  readonly account: Account;
  /** The kind of the code that was sent last, or the one that it asks for. */
  readonly factorKind: string;
  readonly factorFacts: FactorFacts;
  readonly codeHash: string;
  /** The authentication methods of the first factor, space-separated. */
  readonly amr: string;
  readonly lockoutKey: string;
  readonly newDevice: boolean;
  /** The known device of the first factor. */
  readonly deviceId: string | null;
  /** Whether the session outlives the browser session. */
  readonly isPersistent: boolean;
};

/** A verified answer, and the session to open for it. */
export type VerifiedChallenge = {
  readonly attempt: ChallengeAttempt;
  readonly challenge: CountedChallenge;
  /** The kind of factor that verified the answer. */
  readonly kind: SecondFactorKind;
  readonly verified: Verified;
  /** Until when the device needs no second factor, by the user's choice, and the event of that. Null: it does. */
  readonly trust: { readonly until: number; readonly audit: NewAuditEvent } | null;
  readonly session: NewSession;
  readonly audit: NewAuditEvent;
  /** Mailed to the owner if the device is new. Null if the device was known at the first factor. */
  readonly newDeviceNotice: NewMessage | null;
  readonly replaces: ReplacedSession | null;
  /** The instant (ms) at which the attempt was counted. */
  readonly countedAt: number;
  readonly now: number;
};
