import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import type { Role } from "../../../../src/accounts/account.ts";
import {
  SECOND_FACTOR_KINDS,
  type SecondFactorKind,
  type SecondFactorPolicy,
} from "../../../../src/authentication/second-factor/policy.ts";
import { isAskedFor, offerFactors } from "../../../../src/authentication/second-factor/rules.ts";
import { NEW_ACCOUNT_FACTS } from "../../../../src/authentication/second-factor/second-factor.ts";
import {
  ALL_FACTORS,
  ALL_KINDS,
  ANSWERS,
  ASSERTION,
  enableFactor,
  setAccountColumn,
  storeRecoveryCode,
  storeVerifiedPhone,
  trustDevice,
} from "../../../support/factors.ts";
import { mailedCodeTo, newPhoneNumber, smsCodeTo } from "../../../support/one-time-codes.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { linkGitHub } from "../../../support/social/inserted-rows.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

type Enrolled = Exclude<SecondFactorKind, "recovery_code">;

type Case = {
  readonly policy: SecondFactorPolicy;
  readonly role: Role;
  readonly device: "unknown" | "known" | "trusted";
  readonly method: "password" | "social";
  readonly enrolled: readonly Enrolled[];
  readonly isAfterReset: boolean;
};

const clock = createTestClock();
const providers = openProviders();

/** The policy of each role, so that three services cover all pairs of policy and role. */
const PAIRS: readonly Readonly<Record<Role, SecondFactorPolicy>>[] = [
  { user: "off", admin: "optional", superuser: "new_device" },
  { user: "optional", admin: "new_device", superuser: "required" },
  { user: "new_device", admin: "required", superuser: "off" },
  { user: "required", admin: "off", superuser: "optional" },
];
const services = PAIRS.map(({ user, admin, superuser }) =>
  startService({
    clock,
    env: {
      ...providers.variables,
      SECOND_FACTOR: `${user},admin:${admin},superuser:${superuser}`,
      SECOND_FACTORS: ALL_KINDS,
    },
    secondFactors: ALL_FACTORS,
  }),
);
const serviceOf = ({ policy, role }: Case): Service => {
  const service = services[PAIRS.findIndex((pair) => pair[role] === policy)];
  if (!service) throw new Error(`no service has the policy ${policy} for the role ${role}`);
  return service;
};
/** Signs in without a second factor, to make a device known. */
const lenient = startService({ clock, env: { SECOND_FACTOR: "off" } });

const ALL_CASES: readonly Case[] = (["off", "optional", "new_device", "required"] as const).flatMap(
  (policy) =>
    (["user", "admin", "superuser"] as const).flatMap((role) =>
      (["unknown", "known", "trusted"] as const).flatMap((device) =>
        (["password", "social"] as const).flatMap((method) =>
          ([[], ["email_otp"], ["totp"], ["passkey", "email_otp"], ["sms_otp"]] as const).flatMap(
            (enrolled) =>
              [false, true].map((isAfterReset) => ({ policy, role, device, method, enrolled, isAfterReset })),
          ),
        ),
      ),
    ),
);

/** Every seventh, which meets each value of each dimension, and each pair of policy and device. */
const SAMPLE = ALL_CASES.filter((_case, index) => index % 7 === 0);

async function arrange({ role, device, enrolled, isAfterReset }: Case) {
  const { email } = await registerVerifiedUser(lenient);
  const phone = newPhoneNumber();
  await storeVerifiedPhone(email, phone);
  await setAccountColumn(email, "role", role);
  const { deviceToken } = (await lenient.post("/login", { email, password: PASSWORD })).body.data;
  for (const kind of enrolled) await enableFactor(email, kind);
  if (enrolled.length > 0) await storeRecoveryCode(email);
  if (isAfterReset) await setAccountColumn(email, "reset_by_mail_at", clock.now());
  if (device === "trusted") {
    const query = "SELECT id FROM known_devices WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
    await trustDevice(String(await env.DB.prepare(query).bind(email).first("id")));
  }
  return { email, phone, deviceToken: device === "unknown" ? undefined : (deviceToken as string) };
}

async function firstFactor(service: Service, method: Case["method"], email: string, deviceToken?: string) {
  const device = deviceToken === undefined ? {} : { deviceToken };
  if (method === "password") return service.post("/login", { email, password: PASSWORD, ...device });
  const id = await linkGitHub(email, providers.issuer);
  const accessToken = await providers.tokenOf(socialUser({ id }));
  return service.post("/social/github/token", { accessToken, ...device });
}

/** What the design says of the case, by the rules that `rules.test.ts` checks one by one. */
function expected({ policy, device, method, enrolled, isAfterReset }: Case) {
  const first = method === "password" ? "pwd" : "fed";
  const isKnownDevice = device !== "unknown";
  const stronger = enrolled.some((kind) => kind !== "email_otp");
  const isTrusted = device === "trusted" && !(isAfterReset && stronger);
  if (isTrusted || !isAskedFor(policy, { hasSecondFactor: enrolled.length > 0, isKnownDevice })) {
    return { outcome: "session", amr: [first] };
  }
  const offer = offerFactors({
    account: {
      ...NEW_ACCOUNT_FACTS,
      enabled: enrolled.map((kind) => ({ id: kind, kind, isSecondFactor: true })),
      hasRecoveryCodes: enrolled.length > 0,
      verifiedPhone: "+1",
      resetByMailAt: isAfterReset ? 1 : null,
    },
    kinds: SECOND_FACTOR_KINDS,
    firstFactor: [first],
  });
  const proved: Record<Enrolled, readonly string[]> = {
    totp: ["otp", "mfa"],
    email_otp: ["otp", "mfa"],
    sms_otp: ["sms", "mfa"],
    passkey: ["hwk", "user", "mfa"],
  };
  const kind = offer?.defaultFactor as Enrolled;
  return { outcome: "challenge", ...offer, amr: [first, ...proved[kind]] };
}

const nameOf = ({ policy, role, device, method, enrolled, isAfterReset }: Case) =>
  [policy, role, device, method, enrolled.join("+") || "no factor", isAfterReset ? "after a reset" : ""]
    .filter(Boolean)
    .join(", ");

describe("a sign-in under each policy", () => {
  it.each(SAMPLE.map((each) => [nameOf(each), each] as const))("%s", async (_name, each) => {
    const service = serviceOf(each);
    const { email, phone, deviceToken } = await arrange(each);
    const login = await firstFactor(service, each.method, email, deviceToken);
    expect(login.status).toBe(200);
    const { outcome, factors, defaultFactor, amr } = {
      factors: undefined,
      defaultFactor: undefined,
      ...expected(each),
    };
    const { data } = login.body;
    expect([data.otpRequired ? "challenge" : "session", data.factors, data.defaultFactor]).toEqual([
      outcome,
      factors,
      defaultFactor,
    ]);
    const answers: Record<Enrolled, () => Promise<object>> = {
      totp: async () => ({ code: ANSWERS.totp }),
      passkey: async () => ({ assertion: ASSERTION }),
      email_otp: async () => ({ code: await mailedCodeTo(service, email) }),
      sms_otp: async () => ({ code: await smsCodeTo(service, phone) }),
    };
    const { token } = data.otpRequired
      ? (
          await service.post("/login/otp", {
            challengeId: data.challengeId,
            ...(await answers[data.defaultFactor as Enrolled]()),
          })
        ).body.data
      : data;
    const claims = decodeJwt(token);
    expect(claims.amr).toEqual(amr);
    expect(claims.acr === "urn:gatehouse:acr:1fa").toBe(outcome === "session");
    const session = await env.DB.prepare("SELECT is_known_device, restriction FROM sessions WHERE id = ?")
      .bind(claims.sid)
      .first();
    expect(session).toEqual({ is_known_device: each.device === "unknown" ? 0 : 1, restriction: null });
  });

  it("covers every value, and every pair of policy, role and device", () => {
    const seen = (of: (each: Case) => unknown) =>
      new Set(SAMPLE.map((each) => JSON.stringify(of(each)))).size;
    expect(seen(({ policy, role, device }) => [policy, role, device])).toBe(36);
    expect(seen(({ policy, enrolled }) => [policy, enrolled])).toBe(20);
    expect(seen(({ policy, method, isAfterReset }) => [policy, method, isAfterReset])).toBe(16);
  });
});
