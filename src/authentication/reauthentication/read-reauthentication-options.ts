import type { CurrentSession } from "../../sessions/session.ts";
import type { SecondFactorKind } from "../second-factor/policy.ts";
import { type FactorPolicySettings, mayEnrolFirstFactor, offerReauthentication } from "./rules.ts";
import type { ReauthenticationStore } from "./store.ts";

export type ReadReauthenticationOptionsDeps = {
  readonly reauthentications: Pick<ReauthenticationStore, "readFacts">;
  readonly settings: FactorPolicySettings;
};

export type ReauthenticationMethod = "password" | SecondFactorKind;

/** How the user of a session can reauthenticate. */
export type ReauthenticationOptions = {
  readonly methods: readonly ReauthenticationMethod[];
  readonly defaultMethod: ReauthenticationMethod;
  readonly hasPassword: boolean;
  /** Whether the factors but a passkey need the password as well. */
  readonly needsBoth: boolean;
  readonly secondFactorDue: boolean;
};

/** For the user's own pages. A deleted account has no methods. */
export async function readReauthenticationOptions(
  deps: ReadReauthenticationOptionsDeps,
  session: CurrentSession,
): Promise<ReauthenticationOptions> {
  const facts = await deps.reauthentications.readFacts(session.account.id);
  if (facts === null) {
    const none = { methods: [], hasPassword: false, needsBoth: false, secondFactorDue: false };
    return { ...none, defaultMethod: "email_otp" };
  }
  const hasPassword = facts.passwordHash !== null;
  const { kinds, secondFactorDue, defaultKind } = offerReauthentication(facts.factors, deps.settings);
  const takesPassword = hasPassword && !secondFactorDue;
  const methods = [...(takesPassword ? (["password"] as const) : []), ...kinds];
  const hasSecondFactor = facts.factors.enabled.some(({ isSecondFactor }) => isSecondFactor);
  // The enrolment of a first factor needs more than the password in this session.
  const prefersPassword = takesPassword && (hasSecondFactor || mayEnrolFirstFactor(session));
  return {
    methods,
    defaultMethod: prefersPassword ? "password" : (defaultKind ?? "password"),
    hasPassword,
    needsBoth: hasPassword && secondFactorDue,
    secondFactorDue,
  };
}
