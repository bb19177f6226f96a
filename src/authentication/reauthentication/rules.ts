import { MINUTE } from "../../core/clock.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { isSecondFactorRequired } from "../rules.ts";
import type { SecondFactorPolicy } from "../second-factor/policy.ts";

/** Milliseconds for which an authentication allows sensitive changes (security 52, ASVS 7.5.1). */
export const REAUTHENTICATION_WINDOW = 10 * MINUTE;

/** Whether the user has signed in or reauthenticated in this session within `REAUTHENTICATION_WINDOW`. */
export const isRecentlyAuthenticated = (
  { authenticatedAt }: Pick<CurrentSession, "authenticatedAt">,
  now: number,
): boolean => authenticatedAt > now - REAUTHENTICATION_WINDOW;

/** Whether a reauthentication needs the second factor: if a sign-in on a known device does. */
export const isSecondFactorDue = (policy: SecondFactorPolicy, secondFactorEnabled: boolean): boolean =>
  isSecondFactorRequired(policy, { secondFactorEnabled, deviceIsKnown: true });
