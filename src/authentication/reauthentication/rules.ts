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

/** What a code, a text message or a passkey proves. */
const POSSESSION: readonly string[] = ["otp", "sms", "hwk", "swk"];

/**
 * Whether a session may enrol the first second factor of its account. The password alone is not enough, since an attacker
 * who knows it would lock out the owner: the device was known before the sign-in, or the session has shown a code or a
 * passkey, such as a mailed code of `POST /me/reauthenticate/code`.
 */
export const mayEnrolFirstFactor = ({
  isKnownDevice,
  amr,
}: Pick<CurrentSession, "isKnownDevice" | "amr">): boolean =>
  isKnownDevice || amr.some((method) => POSSESSION.includes(method));
