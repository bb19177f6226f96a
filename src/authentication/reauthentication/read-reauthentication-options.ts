import type { CurrentSession } from "../../sessions/session.ts";
import {
  canReach,
  type FactorPolicySettings,
  hasShownPossession,
  offerReauthentication,
  type ReauthenticationMethod,
} from "./rules.ts";
import type { ReauthenticationStore } from "./store.ts";

export type ReadReauthenticationOptionsDeps = {
  readonly reauthentications: Pick<ReauthenticationStore, "readFacts">;
  readonly settings: FactorPolicySettings;
};

/** How the user of a session can reauthenticate. */
export type ReauthenticationOptions = {
  readonly methods: readonly ReauthenticationMethod[];
  /** Null: no method of the account reaches the required context. */
  readonly defaultMethod: ReauthenticationMethod | null;
  readonly hasPassword: boolean;
  /** Whether the factors but a passkey need the password as well. */
  readonly needsBoth: boolean;
  readonly secondFactorDue: boolean;
};

/** For the user's own pages. `acr`: the context that the reauthentication has to reach. A deleted account has no methods. */
export async function readReauthenticationOptions(
  deps: ReadReauthenticationOptionsDeps,
  session: CurrentSession,
  acr?: string,
): Promise<ReauthenticationOptions> {
  const facts = await deps.reauthentications.readFacts(session.account.id);
  if (facts === null) {
    const none = { methods: [], hasPassword: false, needsBoth: false, secondFactorDue: false };
    return { ...none, defaultMethod: null };
  }
  const hasPassword = facts.passwordHash !== null;
  const { kinds, secondFactorDue, defaultKind } = offerReauthentication(facts.factors, deps.settings);
  const takesPassword = hasPassword && !secondFactorDue;
  const all = [...(takesPassword ? (["password"] as const) : []), ...kinds];
  const methods = all.filter(
    (method) =>
      acr === undefined ||
      canReach(acr, { amr: session.amr, method, kinds: deps.settings.secondFactor.kinds }),
  );
  // The enrolment of a factor needs more than the password in this session.
  const preferred = takesPassword && hasShownPossession(session) ? "password" : defaultKind;
  return {
    methods,
    defaultMethod: methods.find((method) => method === preferred) ?? methods[0] ?? null,
    hasPassword,
    needsBoth: hasPassword && secondFactorDue,
    secondFactorDue,
  };
}
