import { MINUTE } from "../../core/clock.ts";
import { acrOf, satisfiesAcr } from "../../sessions/acr.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { Amr } from "../amr.ts";
import type { SecondFactorKind, SecondFactorSettings } from "../second-factor/policy.ts";
import { hasSecondFactor, isAskedFor, offerFactors } from "../second-factor/rules.ts";
import type { FactorFacts } from "../second-factor/second-factor.ts";
import type { SignInMethod } from "../sign-in-methods.ts";
import type { SessionChange } from "./proof.ts";

/** Milliseconds for which an authentication allows sensitive changes (security 52, ASVS 7.5.1). */
export const REAUTHENTICATION_WINDOW = 10 * MINUTE;

/** Whether the user has signed in or reauthenticated in this session within `REAUTHENTICATION_WINDOW`. */
export const isRecentlyAuthenticated = (
  { confirmedAt }: Pick<CurrentSession, "confirmedAt">,
  now: number,
): boolean => confirmedAt > now - REAUTHENTICATION_WINDOW;

/** The settings that decide which factors a reauthentication may use. */
export type FactorPolicySettings = {
  readonly secondFactor: Pick<SecondFactorSettings, "policies" | "kinds">;
  readonly signInMethods: readonly SignInMethod[];
};

/** What an account can reauthenticate with. */
export type ReauthenticationOffer = {
  /** Whether the password alone is not enough: a sign-in on a known device asks for a second factor, too. */
  readonly secondFactorDue: boolean;
  /** The factors that the account can use, the strongest first. */
  readonly kinds: readonly SecondFactorKind[];
  /** The one to ask for. */
  readonly defaultKind: SecondFactorKind | null;
};

/**
 * Which factors a reauthentication of the account may use: those of a sign-in, and a passkey that signs in alone. If one
 * factor is enough, the mailed code is one, whatever SECOND_FACTORS says.
 */
export function offerReauthentication(
  facts: FactorFacts,
  settings: FactorPolicySettings,
): ReauthenticationOffer {
  const signsInByPasskey = settings.signInMethods.includes("passkey");
  const kinds = [...settings.secondFactor.kinds, ...(signsInByPasskey ? (["passkey"] as const) : [])];
  const offerOf = (allowed: readonly SecondFactorKind[]) =>
    offerFactors({ account: facts, kinds: allowed, firstFactor: [] });
  const offer = offerOf(kinds);
  const secondFactorDue =
    offer !== null &&
    isAskedFor(settings.secondFactor.policies[facts.role], {
      hasSecondFactor: hasSecondFactor(facts),
      isKnownDevice: true,
    });
  const usable = secondFactorDue ? offer : offerOf([...kinds, "email_otp"]);
  return {
    secondFactorDue,
    kinds: usable?.factors ?? [],
    defaultKind: usable?.defaultFactor ?? null,
  };
}

type ShownFactor = {
  readonly kind: SecondFactorKind;
  readonly facts: FactorFacts;
  readonly settings: FactorPolicySettings;
};

/**
 * Whether a factor that was shown is a second factor of the sign-in that opened the session, as SECOND_FACTORS allows it: the
 * mailed code is none after a sign-in by mailed code. Only such a factor ends the restriction to the enrolment.
 */
export const isSecondFactorOf = (
  { amr }: Pick<CurrentSession, "amr">,
  { kind, facts, settings }: ShownFactor,
): boolean =>
  offerFactors({ account: facts, kinds: settings.secondFactor.kinds, firstFactor: amr })?.factors.includes(
    kind,
  ) ?? false;

/** What each method of a reauthentication proves at best (RFC 8176). */
const PROVES = {
  password: ["pwd"],
  totp: ["otp"],
  passkey: ["hwk", "user"],
  email_otp: ["otp"],
  sms_otp: ["sms"],
  recovery_code: ["otp"],
} as const satisfies Record<"password" | SecondFactorKind, readonly Amr[]>;

export type ReauthenticationMethod = keyof typeof PROVES;

/**
 * Whether a reauthentication by the method can raise a session to the context, or to a stronger one. `kinds`: the second
 * factors that the deployment allows.
 */
export function canReach(
  acr: string,
  {
    amr,
    method,
    kinds,
  }: { amr: readonly string[]; method: ReauthenticationMethod; kinds: SecondFactorKinds },
): boolean {
  const kind = method === "password" ? undefined : method;
  return satisfiesAcr(acrOf(raisedAmr(amr, PROVES[method], { kind, kinds })), [acr]);
}

/**
 * Whether a verified factor needs the password as well: if the account has one and a sign-in asks for two factors. A
 * passkey that verified the user is two factors already. An account without a password may use any of its factors.
 */
export const needsPasswordAsWell = (
  { secondFactorDue }: Pick<ReauthenticationOffer, "secondFactorDue">,
  { hasPassword, amr }: { readonly hasPassword: boolean; readonly amr: readonly string[] },
): boolean => secondFactorDue && hasPassword && !amr.includes("user");

/** What a code, a text message or a passkey proves. */
const POSSESSION: readonly string[] = ["otp", "sms", "hwk", "swk"];

const FIRST_FACTORS: readonly string[] = ["pwd", "fed"];

type SecondFactorKinds = readonly SecondFactorKind[];

/** `kind`: the factor that was proven; undefined for the password. `kinds`: those that the deployment allows. */
type ProvenFactor = { readonly kind: SecondFactorKind | undefined; readonly kinds: SecondFactorKinds };

/**
 * The methods of a session (RFC 8176) after a reauthentication: those that it had, and what was proven now. A session by a
 * mailed code alone has shown the mailbox, so that a factor of its own kind is a second one. A factor that the deployment
 * does not allow as a second one makes no two factors.
 */
export function raisedAmr(
  current: readonly string[],
  proven: readonly string[],
  { kind, kinds }: ProvenFactor,
): readonly string[] {
  const all = new Set([...current, ...proven]);
  const includes = (methods: readonly string[]) => methods.some((method) => all.has(method));
  const isBesideMail = kind !== undefined && kind !== "email_otp" && current.includes("otp");
  const isTwo = isBesideMail || (includes(FIRST_FACTORS) && includes(POSSESSION));
  // A session that has shown a code and no two factors was opened or confirmed by a mailed one.
  if ((isTwo && kinds.includes(kind ?? "email_otp")) || proven.includes("user")) all.add("mfa");
  const last = ["user", "mfa"].filter((method) => all.delete(method));
  return [...all, ...last];
}

/**
 * Whether a reauthentication moves `auth_time`: what it proved alone reaches what the session had. Else a token would claim
 * that the stronger authentication of an earlier sign-in happened now (RFC 9470 §3).
 */
export const movesAuthTime = (
  current: readonly string[],
  proven: readonly string[],
  factor: ProvenFactor,
): boolean => satisfiesAcr(acrOf(raisedAmr([], proven, factor)), [acrOf(current)]);

/** What a reauthentication that proves these methods changes in a session. */
export const changeOf = (
  current: readonly string[],
  proven: readonly string[],
  { at, ...factor }: ProvenFactor & { readonly at: number },
): SessionChange => ({
  at,
  amr: raisedAmr(current, proven, factor),
  movesAuthTime: movesAuthTime(current, proven, factor),
});

/**
 * Whether a session has shown more than a first factor that an attacker may have stolen: its device was known before the
 * sign-in, or it has shown a code or a passkey, such as a mailed code of `POST /me/reauthenticate/code`. Each enrolment of
 * a factor takes it. A factor that the account has already proves nothing about this session.
 */
export const hasShownPossession = ({
  isKnownDevice,
  amr,
}: Pick<CurrentSession, "isKnownDevice" | "amr">): boolean =>
  isKnownDevice || amr.some((method) => POSSESSION.includes(method));
