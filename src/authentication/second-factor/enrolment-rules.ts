import type { CurrentSession } from "../../sessions/session.ts";
import { hasShownPossession, isRecentlyAuthenticated } from "../reauthentication/rules.ts";
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

/** Whether a session may enrol a factor, of any kind: a stolen password must not be enough. */
export const mayEnrol = (session: CurrentSession, now: number): boolean =>
  isRecentlyAuthenticated(session, now) && hasShownPossession(session);

/** Why a session may not enrol a factor, or null. */
export function enrolmentRefusal({ session, kind, settings, now }: Enrolment): EnrolmentRefusal | null {
  if (!allowedKinds(settings, session).includes(kind)) return "kind_not_allowed";
  return mayEnrol(session, now) ? null : "reauthentication_required";
}
