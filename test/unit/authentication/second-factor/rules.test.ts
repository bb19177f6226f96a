import { describe, expect, it } from "vitest";
import { amrOfTwoFactors } from "../../../../src/authentication/amr.ts";
import {
  SECOND_FACTOR_KINDS,
  type SecondFactorKind,
  type SecondFactorPolicy,
} from "../../../../src/authentication/second-factor/policy.ts";
import {
  decideSecondFactor,
  endsResetByMail,
  offerFactors,
  type SignInFacts,
  trustUntil,
  usableKinds,
} from "../../../../src/authentication/second-factor/rules.ts";
import {
  type FactorFacts,
  NEW_ACCOUNT_FACTS,
} from "../../../../src/authentication/second-factor/second-factor.ts";
import { DAY } from "../../../../src/core/clock.ts";
import { ACR_ONE_FACTOR, acrOf } from "../../../../src/sessions/acr.ts";

const NOW = 1_800_000_000_000;

const POLICIES: readonly SecondFactorPolicy[] = ["off", "optional", "new_device", "required"];
const FIRST_FACTORS: Readonly<Record<string, readonly string[]>> = {
  password: ["pwd"],
  social: ["fed"],
  "email code": ["otp"],
  "passkey without user verification": ["hwk"],
  "passkey with user verification": ["swk", "user", "mfa"],
};
const DEVICES = ["unknown", "known", "trusted", "trust expired"] as const;
/** What the account has: a kind, and whether a sign-in asks for it. */
const STORED = [
  ["totp", true],
  ["passkey", true],
  ["passkey", false],
  ["sms_otp", true],
  ["email_otp", true],
] as const;

/** Every subset of what an account can have. */
const ENROLLED = Array.from({ length: 2 ** STORED.length }, (_, bits) =>
  STORED.filter((_factor, index) => (bits >> index) % 2 === 1),
);

type Case = SignInFacts & { readonly device: (typeof DEVICES)[number] };

function* cases(): Generator<Case> {
  for (const policy of POLICIES)
    for (const firstFactor of Object.values(FIRST_FACTORS))
      for (const device of DEVICES)
        for (const enrolled of ENROLLED)
          for (const hasRecoveryCodes of [false, true])
            for (const resetByMailAt of [null, NOW - DAY])
              for (const kinds of [SECOND_FACTOR_KINDS, ["totp", "passkey"]] as const)
                yield {
                  policy,
                  firstFactor,
                  device,
                  kinds,
                  account: {
                    ...NEW_ACCOUNT_FACTS,
                    enabled: enrolled.map(([kind, isSecondFactor], n) => ({
                      id: `${n}`,
                      kind,
                      isSecondFactor,
                    })),
                    hasRecoveryCodes,
                    resetByMailAt,
                    verifiedPhone: "+14155550123",
                    trustedUntil: { trusted: NOW + DAY, "trust expired": NOW, known: null, unknown: null }[
                      device
                    ],
                  },
                  isKnownDevice: device !== "unknown",
                  settings: { gracePeriod: 0, deviceTrust: 30 * DAY },
                  now: NOW,
                };
}

/** The decisions of the design, written a second time: each as a statement about one case. */
function expectedOutcome({ policy, firstFactor, device, kinds, account }: Case) {
  const rows = (kind: string) => account.enabled.filter((factor) => factor.kind === kind);
  const asked = (kind: string) => rows(kind).some(({ isSecondFactor }) => isSecondFactor);
  const allowed = (kind: SecondFactorKind) => (kinds as readonly string[]).includes(kind);
  const isPasskeyFirst = firstFactor.some((method) => method === "hwk" || method === "swk");
  const stronger =
    (allowed("totp") && asked("totp")) ||
    (allowed("passkey") && asked("passkey") && !isPasskeyFirst) ||
    (allowed("sms_otp") && asked("sms_otp"));
  const hasAny = account.enabled.some(({ isSecondFactor }) => isSecondFactor);
  const isTrusted = device === "trusted" && !(account.resetByMailAt !== null && stronger);
  const asksFor = {
    off: false,
    optional: hasAny,
    new_device: hasAny || device === "unknown",
    required: true,
  }[policy];
  if (!asksFor || isTrusted || firstFactor.includes("mfa")) return { outcome: "session" };
  const offered = new Set<SecondFactorKind>();
  if (allowed("totp") && rows("totp").length > 0) offered.add("totp");
  if (allowed("passkey") && rows("passkey").length > 0 && !isPasskeyFirst) offered.add("passkey");
  if (allowed("sms_otp") && rows("sms_otp").length > 0) offered.add("sms_otp");
  const mailed =
    !firstFactor.includes("otp") && (!stronger || (asked("email_otp") && account.resetByMailAt === null));
  if (allowed("email_otp") && mailed) offered.add("email_otp");
  if (offered.size === 0) return { outcome: policy === "optional" ? "session" : "enrolment" };
  if (allowed("recovery_code") && account.hasRecoveryCodes && hasAny) offered.add("recovery_code");
  return { outcome: "challenge", offered: SECOND_FACTOR_KINDS.filter((kind) => offered.has(kind)) };
}

describe("the second factor of a sign-in", () => {
  it("is decided as designed for every policy, device, method, factor and reset", () => {
    const seen = { session: 0, challenge: 0, enrolment: 0 };
    const wrong = [...cases()].filter((each) => {
      const decision = decideSecondFactor(each);
      const expected = expectedOutcome(each);
      const outcome = decision.kind === "not_due" ? "session" : decision.kind;
      seen[outcome] += 1;
      const offered = decision.kind === "challenge" ? decision.offer.factors : undefined;
      return outcome !== expected.outcome || String(offered) !== String(expected.offered);
    });
    expect(wrong).toEqual([]);
    // 4 policies, 5 methods, 4 devices, 32 sets of factors, recovery codes, resets, allowed kinds.
    expect(seen.session + seen.challenge + seen.enrolment).toBe(4 * 5 * 4 * 32 * 2 * 2 * 2);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(500);
  });

  it("asks by default for the strongest factor that the user has enabled, and never for a recovery code", () => {
    const order: readonly SecondFactorKind[] = ["totp", "passkey", "sms_otp", "email_otp"];
    const wrong = [...cases()].filter((each) => {
      const offer = offerFactors(each);
      if (!offer) return false;
      const isAsked = (kind: string) =>
        each.account.enabled.some((factor) => factor.kind === kind && factor.isSecondFactor);
      const [strongest = offer.defaultFactor] = order.filter(
        (kind) => isAsked(kind) && offer.factors.includes(kind),
      );
      const { factors, defaultFactor } = offer;
      return (
        defaultFactor !== strongest || !factors.includes(defaultFactor) || !order.includes(defaultFactor)
      );
    });
    expect(wrong).toEqual([]);
  });

  it("results in two factors, of which none is proved twice", () => {
    const amrOf: Record<SecondFactorKind, readonly string[]> = {
      totp: ["otp"],
      passkey: ["hwk", "user"],
      email_otp: ["otp"],
      sms_otp: ["sms"],
      recovery_code: ["otp"],
    };
    const wrong = [...cases()].flatMap((each) => {
      const kinds = each.firstFactor.includes("mfa") ? [] : (offerFactors(each)?.factors ?? []);
      return kinds
        .map((kind) => amrOfTwoFactors(each.firstFactor, amrOf[kind]))
        .filter((amr) => acrOf(amr) === ACR_ONE_FACTOR || new Set(amr).size !== amr.length);
    });
    expect(wrong).toEqual([]);
  });
});

const account = (facts: Partial<FactorFacts>, ...kinds: readonly string[]): FactorFacts => ({
  ...NEW_ACCOUNT_FACTS,
  enabled: kinds.map((kind) => ({ id: kind, kind, isSecondFactor: true })),
  ...facts,
});

const facts = (change: Partial<SignInFacts> = {}): SignInFacts => ({
  account: NEW_ACCOUNT_FACTS,
  kinds: SECOND_FACTOR_KINDS,
  firstFactor: ["pwd"],
  policy: "required",
  isKnownDevice: true,
  settings: { gracePeriod: 7 * DAY, deviceTrust: 30 * DAY },
  now: NOW,
  ...change,
});

describe("a factor", () => {
  it("that is texted needs a verified number", () => {
    const offer = (verifiedPhone: string | null) =>
      offerFactors(facts({ account: account({ verifiedPhone }, "sms_otp") }))?.factors;
    expect(offer("+14155550123")).toEqual(["sms_otp"]);
    expect(offer(null)).toEqual(["email_otp"]);
  });

  it("that is a passkey for sign-in only does not replace the mailed code, and may answer", () => {
    const passkey = { id: "1", kind: "passkey", isSecondFactor: false };
    const offer = offerFactors(facts({ account: account({ enabled: [passkey] }) }));
    expect(offer).toEqual({ factors: ["passkey", "email_otp"], defaultFactor: "email_otp" });
    const withoutMail = facts({ account: account({ enabled: [passkey] }), kinds: ["passkey"] });
    expect(offerFactors(withoutMail)?.defaultFactor).toBe("passkey");
  });

  it("that this deployment does not verify is not offered", () => {
    expect(
      usableKinds({ kinds: ["totp", "email_otp"] }, [{ kind: "email_otp" }, { kind: "sms_otp" }]),
    ).toEqual(["email_otp"]);
  });

  it("stronger than the mailed code ends a reset by mail", () => {
    expect(SECOND_FACTOR_KINDS.filter(endsResetByMail)).toEqual([
      "totp",
      "passkey",
      "sms_otp",
      "recovery_code",
    ]);
  });
});

describe("a trusted device", () => {
  const trusted = (change: Partial<SignInFacts>, ...kinds: readonly string[]) =>
    decideSecondFactor(
      facts({ account: account({ trustedUntil: NOW + 1, ...change.account }, ...kinds), ...change }),
    ).kind;

  it("needs no second factor until its trust ends", () => {
    expect(trusted({}, "totp")).toBe("not_due");
    expect(trusted({ now: NOW + 1 }, "totp")).toBe("challenge");
  });

  it("has no effect where devices cannot be trusted, or on a device that is not known any more", () => {
    expect(trusted({ settings: { gracePeriod: 0, deviceTrust: 0 } }, "totp")).toBe("challenge");
    expect(trusted({ isKnownDevice: false }, "totp")).toBe("challenge");
    expect([trustUntil({ deviceTrust: 0 }, NOW), trustUntil({ deviceTrust: DAY }, NOW)]).toEqual([
      null,
      NOW + DAY,
    ]);
  });
});

describe("the enrolment of a required factor", () => {
  const missing = (enrolmentDueAt: number | null, gracePeriod: number) =>
    decideSecondFactor(
      facts({
        account: account({ enrolmentDueAt }),
        kinds: ["totp", "passkey"],
        settings: { gracePeriod, deviceTrust: 0 },
      }),
    );

  it("is due after the grace period, which the first sign-in without a factor begins", () => {
    expect(missing(null, 7 * DAY)).toEqual({ kind: "enrolment", dueAt: NOW + 7 * DAY, isOverdue: false });
    expect(missing(NOW + 1, 7 * DAY)).toEqual({ kind: "enrolment", dueAt: NOW + 1, isOverdue: false });
    expect(missing(NOW, 7 * DAY)).toEqual({ kind: "enrolment", dueAt: NOW, isOverdue: true });
  });

  it("is due at once without a grace period", () => {
    expect(missing(null, 0)).toEqual({ kind: "enrolment", dueAt: NOW, isOverdue: true });
  });

  it("is due after a sign-in by mailed code, which a mailed code does not make stronger", () => {
    expect(decideSecondFactor(facts({ firstFactor: ["otp"] })).kind).toBe("enrolment");
    expect(decideSecondFactor(facts({ firstFactor: ["pwd"] })).kind).toBe("challenge");
  });
});

describe("the methods of two factors", () => {
  it.each([
    [["pwd"], ["otp"], ["pwd", "otp", "mfa"]],
    [["fed"], ["sms"], ["fed", "sms", "mfa"]],
    [["pwd"], ["hwk", "user"], ["pwd", "hwk", "user", "mfa"]],
    [["otp"], ["otp"], ["otp", "mfa"]],
    [["pwd"], ["swk"], ["pwd", "swk", "mfa"]],
  ])("of %j and %j are %j", (first, second, both) => {
    expect(amrOfTwoFactors(first, second)).toEqual(both);
    expect(acrOf(both)).not.toBe(ACR_ONE_FACTOR);
  });
});
