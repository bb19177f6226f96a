import { type Clock, SECOND } from "../../../core/clock.ts";
import type { SecretRing } from "../../../core/crypto/secret-ring.ts";
import { newId } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { type EnrolmentRefusal, enrolmentRefusal } from "../enrolment-rules.ts";
import type { SecondFactorSettings } from "../policy.ts";
import { authenticatorUri, secretText } from "./authenticator-uri.ts";
import { ENROLMENT_TTL_MS, openEnrolment, sealEnrolment, type TotpEnrolment } from "./enrolment-token.ts";
import { qrCodeSvg } from "./qr-code.ts";
import { newTotpSecret } from "./totp.ts";

export type StartTotpEnrolmentDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly settings: {
    readonly secondFactor: SecondFactorSettings;
    readonly brand: { readonly appName: string };
  };
};

export type StartTotpEnrolmentFailure = { readonly reason: EnrolmentRefusal };

/** What the user adds to an authenticator app. `expiresIn` in seconds. */
export type OfferedAuthenticator = {
  readonly enrolmentToken: string;
  /** Base32. */
  readonly secret: string;
  readonly uri: string;
  readonly qrSvg: string;
  readonly expiresIn: number;
};

/** Creates the secret of a further authenticator. Nothing is stored before `verifyTotpEnrolment`. */
export async function startTotpEnrolment(
  deps: StartTotpEnrolmentDeps,
  { session }: { readonly session: CurrentSession },
): Promise<Result<OfferedAuthenticator, StartTotpEnrolmentFailure>> {
  const settings = deps.settings.secondFactor;
  const refusal = enrolmentRefusal({ session, kind: "totp", settings, now: deps.clock.now() });
  if (refusal) return err({ reason: refusal });
  const enrolment = { factorId: newId(), secret: newTotpSecret() };
  return ok(offer(deps, session, enrolment, await sealEnrolment(deps, session, enrolment)));
}

/** The same authenticator once more, for a form that is shown again. Null if the token is not valid any more. */
export async function offerAgain(
  deps: StartTotpEnrolmentDeps,
  { session, token }: { readonly session: CurrentSession; readonly token: string },
): Promise<OfferedAuthenticator | null> {
  const enrolment = await openEnrolment(deps, session, token);
  return enrolment && offer(deps, session, enrolment, token);
}

function offer(
  { settings }: StartTotpEnrolmentDeps,
  { account }: CurrentSession,
  { secret }: TotpEnrolment,
  enrolmentToken: string,
): OfferedAuthenticator {
  const { appName } = settings.brand;
  const uri = authenticatorUri(secret, { appName, email: account.email });
  const expiresIn = ENROLMENT_TTL_MS / SECOND;
  return { enrolmentToken, secret: secretText(secret), uri, qrSvg: qrCodeSvg(uri), expiresIn };
}
