import { describe, expect, it } from "vitest";
import {
  canReach,
  hasShownPossession,
  movesAuthTime,
  needsPasswordAsWell,
  offerReauthentication,
  type ReauthenticationMethod,
  raisedAmr,
} from "../../../../src/authentication/reauthentication/rules.ts";
import {
  SECOND_FACTOR_KINDS,
  type SecondFactorKind,
  type SecondFactorPolicy,
} from "../../../../src/authentication/second-factor/policy.ts";
import { NEW_ACCOUNT_FACTS } from "../../../../src/authentication/second-factor/second-factor.ts";

const settingsOf = (
  policy: SecondFactorPolicy,
  kinds: readonly SecondFactorKind[] = SECOND_FACTOR_KINDS,
) => ({
  secondFactor: { policies: { user: policy, admin: policy, superuser: policy }, kinds },
  signInMethods: ["password", "passkey"] as const,
});

const factsOf = (enabled: readonly string[], more: Partial<typeof NEW_ACCOUNT_FACTS> = {}) => ({
  ...NEW_ACCOUNT_FACTS,
  enabled: enabled.map((name) => ({
    id: name,
    kind: name.replace("first:", ""),
    isSecondFactor: !name.startsWith("first:"),
  })),
  // The factor of text messages exists as long as the number is verified.
  verifiedPhone: enabled.includes("sms_otp") ? "+491701234567" : null,
  ...more,
});

type Case = readonly [
  enabled: readonly string[],
  policy: SecondFactorPolicy,
  kinds: readonly string[],
  defaultKind: string | null,
  due: boolean,
];

describe("the factors of a reauthentication", () => {
  it.each<Case>([
    [[], "optional", ["email_otp"], "email_otp", false],
    [[], "required", ["email_otp"], "email_otp", true],
    [[], "new_device", ["email_otp"], "email_otp", false],
    [["email_otp"], "optional", ["email_otp"], "email_otp", true],
    [["totp"], "optional", ["totp"], "totp", true],
    [["totp"], "off", ["totp"], "totp", false],
    [["totp", "email_otp"], "optional", ["totp", "email_otp"], "totp", true],
    [["email_otp", "passkey"], "optional", ["passkey", "email_otp"], "passkey", true],
    [["first:passkey"], "optional", ["passkey", "email_otp"], "email_otp", false],
    [["first:passkey"], "required", ["passkey", "email_otp"], "email_otp", true],
    [["sms_otp"], "optional", ["sms_otp"], "sms_otp", true],
  ])("of %j by the policy %s are %j, first %s", (enabled, policy, kinds, defaultKind, secondFactorDue) => {
    const offer = offerReauthentication(factsOf(enabled), settingsOf(policy));
    expect(offer).toEqual({ kinds, defaultKind, secondFactorDue });
  });

  it("are those that the deployment allows; a mailed code is enough where nothing is due", () => {
    const facts = factsOf(["totp"]);
    expect(offerReauthentication(facts, settingsOf("required", ["passkey"]))).toEqual({
      kinds: ["email_otp"],
      defaultKind: "email_otp",
      secondFactorDue: false,
    });
  });

  it("include recovery codes beside a second factor, never by default", () => {
    const codes = { hasRecoveryCodes: true };
    expect(offerReauthentication(factsOf(["totp"], codes), settingsOf("optional"))).toMatchObject({
      kinds: ["totp", "recovery_code"],
      defaultKind: "totp",
    });
    expect(offerReauthentication(factsOf([], codes), settingsOf("optional")).kinds).toEqual(["email_otp"]);
  });

  it("include no mailed code after a reset by mail, if there is a stronger factor", () => {
    const reset = { resetByMailAt: 1 };
    const kindsOf = (enabled: readonly string[]) =>
      offerReauthentication(factsOf(enabled, reset), settingsOf("optional")).kinds;
    expect(kindsOf(["totp", "email_otp"])).toEqual(["totp"]);
    expect(kindsOf(["email_otp"])).toEqual(["email_otp"]);
  });
});

it("a factor needs the password where both are due, unless it verified the user", () => {
  const ask = (secondFactorDue: boolean, hasPassword: boolean, ...amr: string[]) =>
    needsPasswordAsWell({ secondFactorDue }, { hasPassword, amr });
  expect([ask(true, true, "otp"), ask(true, true, "swk"), ask(true, true, "swk", "user")]).toEqual([
    true,
    true,
    false,
  ]);
  expect([ask(true, false, "otp"), ask(false, true, "otp")]).toEqual([false, false]);
});

it.each<[current: string, proven: string, kind: SecondFactorKind | undefined, raised: string]>([
  ["pwd", "pwd", undefined, "pwd"],
  ["pwd", "otp", "email_otp", "pwd otp mfa"],
  ["otp", "pwd", undefined, "otp pwd mfa"],
  ["otp", "otp", "email_otp", "otp"],
  ["otp", "otp", "totp", "otp mfa"],
  ["fed", "pwd", undefined, "fed pwd"],
  ["fed", "sms", "sms_otp", "fed sms mfa"],
  ["pwd otp mfa", "hwk user", "passkey", "pwd otp hwk user mfa"],
  ["fed", "swk user", "passkey", "fed swk user mfa"],
  ["hwk", "hwk", "passkey", "hwk"],
])("a session by %j that proves %j by %s is one by %j", (current, proven, kind, raised) => {
  const factor = { kind, kinds: SECOND_FACTOR_KINDS };
  expect(raisedAmr(current.split(" "), proven.split(" "), factor).join(" ")).toBe(raised);
});

it.each<[current: string, proven: string, kind: SecondFactorKind | undefined, raised: string]>([
  ["pwd", "otp", "email_otp", "pwd otp"],
  ["otp", "pwd", undefined, "otp pwd"],
  ["fed", "sms", "sms_otp", "fed sms"],
  ["pwd", "otp", "totp", "pwd otp mfa"],
  ["pwd", "hwk", "passkey", "pwd hwk"],
  ["pwd", "hwk user", "passkey", "pwd hwk user mfa"],
])(
  "where only TOTP is allowed, a session by %j that proves %j by %s is one by %j",
  (current, proven, kind, raised) => {
    const factor = { kind, kinds: ["totp"] as const };
    expect(raisedAmr(current.split(" "), proven.split(" "), factor).join(" ")).toBe(raised);
  },
);

it("a context is reached by a method that proves what is missing", () => {
  const two = "urn:gatehouse:acr:2fa";
  const reaches = (
    acr: string,
    current: string,
    method: ReauthenticationMethod,
    kinds: readonly SecondFactorKind[] = SECOND_FACTOR_KINDS,
  ) => canReach(acr, { amr: [current], method, kinds });
  expect(reaches(two, "pwd", "email_otp")).toBe(true);
  expect(reaches(two, "pwd", "email_otp", ["totp"])).toBe(false);
  expect(reaches(two, "pwd", "password")).toBe(false);
  expect(reaches(two, "otp", "email_otp")).toBe(false);
  expect(reaches(two, "otp", "password")).toBe(true);
  expect([reaches("phr", "pwd", "totp"), reaches("phr", "pwd", "passkey")]).toEqual([false, true]);
  expect(reaches("gold", "pwd", "passkey")).toBe(false);
});

it.each<[current: string, proven: string, kind: SecondFactorKind | undefined, moves: boolean]>([
  ["pwd", "pwd", undefined, true],
  ["pwd", "otp", "email_otp", true],
  ["pwd otp mfa", "pwd", undefined, false],
  ["pwd otp mfa", "otp", "totp", false],
  ["pwd otp mfa", "pwd otp", "totp", true],
  ["pwd otp mfa", "hwk user", "passkey", true],
  ["hwk user mfa", "pwd otp", "totp", false],
  ["swk user mfa", "pwd", undefined, false],
  ["swk user mfa", "swk user", "passkey", true],
])("the auth_time of a session by %j that proves %j by %s moves: %s", (current, proven, kind, moves) => {
  const factor = { kind, kinds: SECOND_FACTOR_KINDS };
  expect(movesAuthTime(current.split(" "), proven.split(" "), factor)).toBe(moves);
});

it("the first factor is enrolled on a known device, or after a code or a passkey", () => {
  const may = (isKnownDevice: boolean, ...amr: string[]) => hasShownPossession({ isKnownDevice, amr });
  expect([may(false, "pwd"), may(false, "fed"), may(true, "pwd")]).toEqual([false, false, true]);
  for (const method of ["otp", "sms", "hwk", "swk"]) expect(may(false, "pwd", method)).toBe(true);
});
