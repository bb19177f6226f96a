import type { CurrentSession } from "../../sessions/session.ts";
import { isRecentlyAuthenticated, mayEnrolFirstFactor } from "../reauthentication/rules.ts";
import type { SecondFactorKind, SecondFactorSettings } from "./policy.ts";

/** The kinds that an account of this role may set up. None where no sign-in asks for a second factor. */
export const allowedKinds = (
  { policies, kinds }: Pick<SecondFactorSettings, "policies" | "kinds">,
  { account }: Pick<CurrentSession, "account">,
): readonly SecondFactorKind[] => (policies[account.role] === "off" ? [] : kinds);

type Enrolment = {
  readonly session: CurrentSession;
  readonly kind: SecondFactorKind;
  readonly settings: SecondFactorSettings;
  readonly now: number;
};

export type EnrolmentRefusal = "kind_not_allowed" | "reauthentication_required";

/**
 * Why a session may not enrol a factor, or null. The rule of a first factor applies to each one: a session from before
 * the first enrolment may have shown the password alone.
 */
export function enrolmentRefusal({ session, kind, settings, now }: Enrolment): EnrolmentRefusal | null {
  if (!allowedKinds(settings, session).includes(kind)) return "kind_not_allowed";
  return isRecentlyAuthenticated(session, now) && mayEnrolFirstFactor(session)
    ? null
    : "reauthentication_required";
}
