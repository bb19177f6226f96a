import { describe, expect, it } from "vitest";
import { requestChallenge } from "../../../support/email-codes.ts";
import { enableFactor, storeRecoveryCode, storeVerifiedPhone } from "../../../support/factors.ts";
import { markDeviceAsKnown, newPhoneNumber, startSecondFactor } from "../../../support/one-time-codes.ts";
import { type Observation, startObservedService } from "../../../support/recorders.ts";
import {
  createTestClock,
  type Service,
  startService,
  TEST_HASH_ITERATIONS,
} from "../../../support/service.ts";
import { logIn, newAddress, PASSWORD, register, registerVerifiedUser } from "../../../support/users.ts";

const MINUTE = 60_000;

/** Prepares users without rate limits, with the development mailbox and with password hashes of one block. */
const clock = createTestClock();
const setupService = startService({ clock });

/** Prepares an address and returns it. */
type PrepareAddress = (service: Service) => Promise<string>;

const unknownAddress: PrepareAddress = async () => newAddress();
const verified: PrepareAddress = async (service) => (await registerVerifiedUser(service)).email;
const unverified: PrepareAddress = async (service) => (await register(service)).email;
const withSecondFactor: PrepareAddress = async (service) => {
  const email = await verified(service);
  const { token } = await logIn(service, email);
  await markDeviceAsKnown(token);
  await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
  return email;
};
/** Before the first factor, nothing must depend on the factors that an account has. */
const withFactors =
  (...kinds: Parameters<typeof enableFactor>[1][]): PrepareAddress =>
  async (service) => {
    const email = await verified(service);
    await storeVerifiedPhone(email, newPhoneNumber());
    for (const kind of kinds) await enableFactor(email, kind);
    await storeRecoveryCode(email);
    return email;
  };
const withoutPassword: PrepareAddress = async (service) => {
  const email = await withFactors("passkey")(service);
  await service.env.DB.prepare("UPDATE accounts SET password_hash = NULL WHERE email = ?").bind(email).run();
  return email;
};
const deactivated: PrepareAddress = async (service) => {
  const email = await verified(service);
  const { token } = await logIn(service, email);
  await service.post("/me/deactivate", { password: PASSWORD }, token);
  return email;
};
/** The requests of these tests are in English. */
const readsGerman: PrepareAddress = async (service) => {
  const email = await verified(service);
  const query = "UPDATE accounts SET locale = 'de' WHERE email = ?";
  await service.env.DB.prepare(query).bind(email).run();
  return email;
};
/** An address that was just mailed, so that the service sends no further mail. */
const justMailed =
  (path: string, prepare: PrepareAddress): PrepareAddress =>
  async (service) => {
    const email = await prepare(service);
    clock.advance(2 * MINUTE);
    await service.post(path, { email });
    return email;
  };

const knownAddresses = {
  verified,
  unverified,
  "with a mailed code as second factor": withSecondFactor,
  "with an authenticator app": withFactors("totp"),
  "with a passkey and texted codes as second factors": withFactors("passkey", "sms_otp"),
  "without a password": withoutPassword,
  "who reads German": readsGerman,
  deactivated,
};
const unverifiedAdmin: PrepareAddress = async (service) => {
  const email = await unverified(service);
  const query = "UPDATE accounts SET role = 'admin' WHERE email = ?";
  await service.env.DB.prepare(query).bind(email).run();
  return email;
};
const lockedOut: PrepareAddress = async (service) => {
  const email = await verified(service);
  for (let guesses = 0; guesses < 10; guesses += 1)
    await service.post("/login", { email, password: "a wrong password" });
  return email;
};
const FORGOT = "/forgot-password";
const EMAIL_CODE = "/login/email-code";
const RESEND = "/verify-email/resend";

/** Each route with its request for an address, and the known addresses that must be indistinguishable. */
const routes: Record<
  string,
  { body: (email: string) => object; status: number; known: Record<string, PrepareAddress> }
> = {
  "/register": {
    body: (email) => ({ email, password: PASSWORD, name: "Ada" }),
    status: 201,
    known: knownAddresses,
  },
  "/login": {
    body: (email) => ({ email, password: "a wrong password" }),
    status: 401,
    known: knownAddresses,
  },
  [FORGOT]: {
    body: (email) => ({ email }),
    status: 200,
    known: { ...knownAddresses, "just mailed": justMailed(FORGOT, verified) },
  },
  [EMAIL_CODE]: {
    body: (email) => ({ email }),
    status: 200,
    known: {
      ...knownAddresses,
      "of an unverified admin": unverifiedAdmin,
      "locked out": lockedOut,
      "just mailed": justMailed(EMAIL_CODE, verified),
    },
  },
  [RESEND]: {
    body: (email) => ({ email }),
    status: 200,
    known: { ...knownAddresses, "just mailed": justMailed(RESEND, unverified) },
  },
};

const LIMITED = { RATE_LIMITS: "", BURST: undefined };

/** Configurations that could cause a difference. Stored hashes have one block. */
const configurations: Record<string, Record<string, unknown>> = {
  "without limits": {},
  "with limits": LIMITED,
  "with LOGIN_OTP=always": { LOGIN_OTP: "always" },
  "with stored hashes cheaper than the current cost": { PASSWORD_HASH_BLOCKS: "2" },
  "with all of these": { ...LIMITED, LOGIN_OTP: "always", PASSWORD_HASH_BLOCKS: "2" },
};

type SentRequest = { readonly path: string; readonly body: object };

type PrepareRequest = (service: Service) => Promise<SentRequest>;

/** Observes a request on a cold isolate, and on one that has handled such requests before. */
async function startObserving(variables: Record<string, unknown>, warmUp: PrepareRequest) {
  const warm = startObservedService(variables, clock);
  for (let seen = 0; seen < 2; seen += 1) await warm.observe(await warmUp(setupService));
  return async (prepare: PrepareRequest) => ({
    cold: await startObservedService(variables, clock).observe(await prepare(setupService)),
    warm: await warm.observe(await prepare(setupService)),
  });
}

const requestFor = (path: string, prepare: PrepareAddress) => async (service: Service) => ({
  path,
  body: routes[path]?.body(await prepare(service)) ?? {},
});

/** The number of password hash blocks among the key derivations. */
const blocksOf = ({ derivations }: Observation) =>
  derivations.filter((derivation) => derivation === `PBKDF2 ${TEST_HASH_ITERATIONS}`).length;

const NEW_CODE_FIELDS = { "/login/otp/resend": {}, "/login/otp/send": { factor: "email_otp" } };
const newCodeRequest = (path: keyof typeof NEW_CODE_FIELDS, challengeId: string): SentRequest => ({
  path,
  body: { challengeId, ...NEW_CODE_FIELDS[path] },
});
const challenged = async (service: Service) => startSecondFactor(service, await withSecondFactor(service));

const oneTimeCodes: Record<string, (of: Service) => Promise<string>> = {
  "a pending one": async (service) => {
    const { challengeId } = await challenged(service);
    clock.advance(2 * MINUTE);
    return challengeId;
  },
  "one that was just mailed": async (service) => (await challenged(service)).challengeId,
  "a used one": async (service) => {
    const { challengeId, code } = await challenged(service);
    await service.post("/login/otp", { challengeId, code });
    return challengeId;
  },
  "an expired one": async (service) => {
    const { challengeId } = await challenged(service);
    clock.advance(11 * MINUTE);
    return challengeId;
  },
};

describe.each(Object.entries(configurations))("%s", (_name, variables) => {
  const blocks = Number(variables.PASSWORD_HASH_BLOCKS ?? 1);

  it.each(Object.entries(routes))(
    "responds equally at equal cost to POST %s for known and unknown addresses",
    async (path, route) => {
      const observe = await startObserving(variables, requestFor(path, unknownAddress));
      const unknown = await observe(requestFor(path, unknownAddress));
      for (const [name, prepare] of Object.entries(route.known)) {
        expect(await observe(requestFor(path, prepare)), name).toEqual(unknown);
      }
      // The compared requests do real work and are not refused early.
      expect([unknown.warm.status, unknown.warm.cookies]).toEqual([route.status, []]);
      expect(unknown.warm.trips).toBe(path === "/register" || path === "/login" ? 2 : 1);
      expect(unknown.warm.rowsWritten).toBeGreaterThan(0);
      expect(blocksOf(unknown.warm)).toBe(path === "/register" || path === "/login" ? blocks : 0);
      expect(unknown.warm.kvGets).toBe("RATE_LIMITS" in variables ? 1 : 0);
    },
  );

  it.each(["/login/otp/resend", "/login/otp/send"] as const)(
    "responds equally at equal cost to POST %s for known and unknown challenges",
    async (path) => {
      const unknownId: PrepareRequest = async () => newCodeRequest(path, crypto.randomUUID());
      const observe = await startObserving(variables, unknownId);
      const unknown = await observe(unknownId);
      for (const [name, challenge] of Object.entries(oneTimeCodes)) {
        const known: PrepareRequest = async (service) => newCodeRequest(path, await challenge(service));
        expect(await observe(known), name).toEqual(unknown);
      }
      expect([unknown.warm.status, unknown.warm.trips, unknown.warm.cookies]).toEqual([200, 1, []]);
      expect(unknown.warm.rowsWritten).toBeGreaterThan(0);
    },
  );

  it("refuses wrong email codes of known and unknown addresses equally, before and after the lockout", async () => {
    const guessAll = async (prepare: PrepareAddress) => {
      const { observe } = startObservedService(variables, clock);
      const email = await prepare(setupService);
      const observations: Observation[] = [];
      for (let codes = 0; codes < 3; codes += 1) {
        const challengeId = await requestChallenge(setupService, email);
        for (let guesses = 0; guesses < 5; guesses += 1)
          observations.push(
            await observe({ path: `${EMAIL_CODE}/verify`, body: { challengeId, code: "000000" } }),
          );
      }
      return observations;
    };
    const unknown = await guessAll(unknownAddress);
    for (const [name, prepare] of Object.entries({
      ...knownAddresses,
      "of an unverified admin": unverifiedAdmin,
    }))
      expect(await guessAll(prepare), name).toEqual(unknown);
    expect(unknown.map(({ status }) => status)).toEqual([...Array(9).fill(400), ...Array(6).fill(429)]);
    expect(Math.max(...unknown.map(({ trips }) => trips))).toBe(2);
  });

  it("requests a new email code equally for known and unknown addresses", async () => {
    const resend = (prepare: PrepareAddress) => async (service: Service) => ({
      path: `${EMAIL_CODE}/resend`,
      body: { challengeId: await requestChallenge(service, await prepare(service)) },
    });
    const observe = await startObserving(variables, resend(unknownAddress));
    const unknown = await observe(resend(unknownAddress));
    for (const [name, prepare] of Object.entries(knownAddresses))
      expect(await observe(resend(prepare)), name).toEqual(unknown);
    expect([unknown.warm.status, unknown.warm.trips]).toEqual([200, 1]);
  });

  it("locks out unknown and known addresses equally, before and after the lockout", async () => {
    const guess = (email: string) => ({ path: "/login", body: { email, password: "a wrong password" } });
    const lockOut = async (prepare: PrepareAddress) => {
      const { observe } = startObservedService(variables, clock);
      const email = await prepare(setupService);
      const observations: Observation[] = [];
      for (let guesses = 0; guesses < 11; guesses += 1) observations.push(await observe(guess(email)));
      return observations;
    };
    const unknown = await lockOut(unknownAddress);
    expect(unknown.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429]);
    for (const prepare of Object.values(knownAddresses)) expect(await lockOut(prepare)).toEqual(unknown);
  });
});
