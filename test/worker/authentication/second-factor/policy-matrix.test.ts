import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { createAuthenticator } from "../../../support/authenticator.ts";
import { enterEmailCode, requestEmailCode } from "../../../support/email-codes.ts";
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
import { addPasskey, signInOptions } from "../../../support/passkeys.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { linkGitHub } from "../../../support/social/inserted-rows.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const POLICIES = ["off", "optional", "new_device", "required"] as const;
const ROLES = ["user", "admin", "superuser"] as const;
const DEVICES = ["unknown", "known", "trusted"] as const;
const METHODS = ["password", "social", "email_code", "passkey"] as const;
const ENROLLED = [[], ["email_otp"], ["totp"], ["passkey", "email_otp"], ["sms_otp"]] as const;

type Policy = (typeof POLICIES)[number];
type Role = (typeof ROLES)[number];
type Factor = "totp" | "passkey" | "email_otp" | "sms_otp" | "recovery_code";

type Case = {
  readonly policy: Policy;
  readonly role: Role;
  readonly device: (typeof DEVICES)[number];
  readonly method: (typeof METHODS)[number];
  readonly enrolled: readonly Exclude<Factor, "recovery_code">[];
  readonly isAfterReset: boolean;
  /** Which of the offered factors answers the challenge: the one at this index, counted round and round. */
  readonly answer: number;
};

/**
 * Every combination of policy, role, device, method and factors. Resets and answers take turns, so that each meets every pair
 * of the others.
 */
const CASES: readonly Case[] = POLICIES.flatMap((policy, p) =>
  ROLES.flatMap((role, r) =>
    DEVICES.flatMap((device, d) =>
      METHODS.flatMap((method, m) =>
        ENROLLED.map((enrolled, e) => {
          const turn = p + r + d + m + e;
          return { policy, role, device, method, enrolled, isAfterReset: turn % 2 === 1, answer: p + r + d };
        }),
      ),
    ),
  ),
);

const clock = createTestClock();
const providers = openProviders();
const common = { ...providers.variables, SIGN_IN_METHODS: "password,passkey,email_code,social" };

/** The policy of each role, so that four services cover all pairs of policy and role. */
const PAIRS: readonly Readonly<Record<Role, Policy>>[] = [
  { user: "off", admin: "optional", superuser: "new_device" },
  { user: "optional", admin: "new_device", superuser: "required" },
  { user: "new_device", admin: "required", superuser: "off" },
  { user: "required", admin: "off", superuser: "optional" },
];
const services = PAIRS.map(({ user, admin, superuser }) =>
  startService({
    clock,
    env: {
      ...common,
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
const lenient = startService({ clock, env: { ...common, SECOND_FACTOR: "off" } });

type SignIn = (service: Service, deviceToken: string | undefined) => ReturnType<Service["post"]>;

/** An account as the case has it, and how it signs in. */
async function arrange({ role, device, method, enrolled, isAfterReset }: Case) {
  const { email } = await registerVerifiedUser(lenient);
  const login = async (fields: object) =>
    (await lenient.post("/login", { email, password: PASSWORD, ...fields })).body.data;
  const { deviceToken } = await login({});
  const signIn = await prepareSignIn(method, email, async () => (await login({ deviceToken })).token);
  const phone = newPhoneNumber();
  await storeVerifiedPhone(email, phone);
  await setAccountColumn(email, "role", role);
  for (const kind of enrolled) await enableFactor(email, kind);
  if (enrolled.length > 0) await storeRecoveryCode(email);
  if (isAfterReset) await setAccountColumn(email, "reset_by_mail_at", clock.now());
  if (device === "trusted") {
    const query = "SELECT id FROM known_devices WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
    await trustDevice(String(await env.DB.prepare(query).bind(email).first("id")));
  }
  return { email, phone, deviceToken: device === "unknown" ? undefined : (deviceToken as string), signIn };
}

async function prepareSignIn(
  method: Case["method"],
  email: string,
  tokenOnKnownDevice: () => Promise<string>,
): Promise<SignIn> {
  switch (method) {
    case "password":
      return (service, deviceToken) => service.post("/login", { email, password: PASSWORD, deviceToken });
    case "social": {
      const accessToken = await providers.tokenOf(
        socialUser({ id: await linkGitHub(email, providers.issuer) }),
      );
      return (service, deviceToken) => service.post("/social/github/token", { accessToken, deviceToken });
    }
    case "email_code":
      return async (service, deviceToken) =>
        enterEmailCode(service, await requestEmailCode(service, email), { deviceToken });
    case "passkey": {
      const authenticator = createAuthenticator();
      await addPasskey(lenient, await tokenOnKnownDevice(), authenticator);
      return async (service, deviceToken) => {
        const { challengeId, options } = await signInOptions(service);
        const assertion = await authenticator.get(options);
        return service.post("/login/passkey", { challengeId, assertion, deviceToken });
      };
    }
  }
}

const FIRST: Readonly<Record<Case["method"], readonly string[]>> = {
  password: ["pwd"],
  social: ["fed"],
  email_code: ["otp"],
  passkey: ["hwk", "user", "mfa"],
};
/** `amr` after each pair of factors. Written out, so that it follows no rule of the service. */
const BOTH: Readonly<Record<"password" | "social" | "email_code", Readonly<Record<Factor, string>>>> = {
  password: {
    totp: "pwd otp mfa",
    passkey: "pwd hwk user mfa",
    email_otp: "pwd otp mfa",
    sms_otp: "pwd sms mfa",
    recovery_code: "pwd otp mfa",
  },
  social: {
    totp: "fed otp mfa",
    passkey: "fed hwk user mfa",
    email_otp: "fed otp mfa",
    sms_otp: "fed sms mfa",
    recovery_code: "fed otp mfa",
  },
  email_code: {
    totp: "otp mfa",
    passkey: "otp hwk user mfa",
    email_otp: "never",
    sms_otp: "otp sms mfa",
    recovery_code: "otp mfa",
  },
};
const ONE_FACTOR = "urn:gatehouse:acr:1fa";
const TWO_FACTORS = "urn:gatehouse:acr:2fa";

type Expected =
  | { readonly outcome: "session" | "enrolment"; readonly amr: readonly string[]; readonly acr: string }
  | { readonly outcome: "challenge"; readonly factors: readonly Factor[]; readonly defaultFactor: Factor };

/** What docs/sign-in.md and decision 040 say of the case, written a second time. */
function expected({ policy, device, method, enrolled, isAfterReset }: Case): Expected {
  const amr = FIRST[method];
  // A passkey that verified the user is two factors.
  if (method === "passkey") return { outcome: "session", amr, acr: "phr" };
  const session = { outcome: "session", amr, acr: ONE_FACTOR } as const;
  const has = (kind: Factor) => enrolled.some((each) => each === kind);
  const strong = (["totp", "passkey", "sms_otp"] as const).filter(has);
  const asks = {
    off: false,
    optional: enrolled.length > 0,
    new_device: enrolled.length > 0 || device === "unknown",
    required: true,
  }[policy];
  if (!asks) return session;
  // A reset by mail suspends the trust in a device of a user with a stronger factor.
  if (device === "trusted" && (!isAfterReset || strong.length === 0)) return session;
  // After a first factor that was mailed, or a reset by mail, a mailed code proves nothing new.
  const isMailed = method !== "email_code" && (strong.length === 0 || (has("email_otp") && !isAfterReset));
  const offered = [...strong, ...(isMailed ? (["email_otp"] as const) : [])];
  const [defaultFactor] = offered;
  if (defaultFactor === undefined)
    return policy === "optional" ? session : { ...session, outcome: "enrolment" };
  const factors: Factor[] = [...offered, ...(enrolled.length > 0 ? (["recovery_code"] as const) : [])];
  return { outcome: "challenge", factors, defaultFactor };
}

const nameOf = ({ policy, role, device, method, enrolled, isAfterReset }: Case) =>
  [policy, role, device, method, enrolled.join("+") || "no factor", isAfterReset ? "after a reset" : ""]
    .filter(Boolean)
    .join(", ");

describe("a sign-in under each policy", () => {
  it.each(CASES.map((each) => [nameOf(each), each] as const))("%s", async (_name, each) => {
    const service = serviceOf(each);
    const { email, phone, deviceToken, signIn } = await arrange(each);
    const login = await signIn(service, deviceToken);
    expect(login.status, login.text).toBe(200);
    const { data } = login.body;
    const design = expected(each);
    const tokens = design.outcome === "challenge" ? await pass(design) : data;
    const { sid, amr, acr, restriction } = decodeJwt(tokens.token);
    if (design.outcome !== "challenge") expect([amr, acr]).toEqual([design.amr, design.acr]);
    const session = await env.DB.prepare("SELECT is_known_device, restriction FROM sessions WHERE id = ?")
      .bind(sid)
      .first();
    const expectedRestriction = design.outcome === "enrolment" ? "enrol_second_factor" : null;
    expect(session).toEqual({
      is_known_device: each.device === "unknown" ? 0 : 1,
      restriction: expectedRestriction,
    });
    expect(restriction ?? null).toBe(expectedRestriction);

    async function pass({ factors, defaultFactor }: Extract<Expected, { outcome: "challenge" }>) {
      expect(data).toMatchObject({ otpRequired: true, defaultFactor });
      expect([...data.factors].sort()).toEqual([...factors].sort());
      const factor = factors[each.answer % factors.length] ?? defaultFactor;
      const { challengeId } = data;
      if ((factor === "email_otp" || factor === "sms_otp") && factor !== defaultFactor)
        await service.post("/login/otp/send", { challengeId, factor });
      const answers: Record<Factor, () => Promise<object>> = {
        totp: async () => ({ code: ANSWERS.totp }),
        passkey: async () => ({ assertion: ASSERTION }),
        email_otp: async () => ({ code: await mailedCodeTo(service, email) }),
        sms_otp: async () => ({ code: await smsCodeTo(service, phone) }),
        recovery_code: async () => ({ code: ANSWERS.recovery_code }),
      };
      const answer = await service.post("/login/otp", { challengeId, factor, ...(await answers[factor]()) });
      expect(answer.status, answer.text).toBe(200);
      const proved = decodeJwt(answer.body.data.token);
      const both = each.method === "passkey" ? "never" : BOTH[each.method][factor];
      expect(proved.amr).toEqual(both.split(" "));
      expect(proved.acr).toBe(factor === "passkey" ? "phr" : TWO_FACTORS);
      return answer.body.data;
    }
  });

  it("has a case of each combination, each outcome and each answer", () => {
    const count = (of: (each: Case) => unknown) =>
      new Set(CASES.map((each) => JSON.stringify(of(each)))).size;
    expect(CASES).toHaveLength(4 * 3 * 3 * 4 * 5);
    expect(count(nameOf)).toBe(CASES.length);
    expect(
      count(({ policy, isAfterReset, device, enrolled }) => [policy, isAfterReset, device, enrolled]),
    ).toBe(120);
    const outcomes = CASES.map((each) => expected(each).outcome);
    for (const outcome of ["session", "challenge", "enrolment"] as const)
      expect(outcomes.filter((each) => each === outcome).length).toBeGreaterThan(20);
  });
});
