import type { CurrentSession } from "../../sessions/session.ts";
import { allowedKinds } from "../second-factor/enrolment-rules.ts";
import type { SecondFactorSettings } from "../second-factor/policy.ts";
import { allowsMethod, type SignInMethodSettings } from "../sign-in-methods.ts";

export type PasskeyUseSettings = SignInMethodSettings & { readonly secondFactor: SecondFactorSettings };

/** Whether a passkey may be the second factor of the user of this session. */
export const mayBeSecondFactor = (
  { secondFactor }: PasskeyUseSettings,
  session: Pick<CurrentSession, "account">,
): boolean => allowedKinds(secondFactor, session).includes("passkey");

/** Whether this service has a use for a passkey of the user: it signs in, or is a second factor. */
export const hasUseForPasskey = (
  settings: PasskeyUseSettings,
  session: Pick<CurrentSession, "account">,
): boolean => allowsMethod(settings, "passkey") || mayBeSecondFactor(settings, session);
