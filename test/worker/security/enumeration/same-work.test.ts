import { describe, expect, it } from "vitest";
import { type Observation, startObservedService } from "../../../support/observed-service.ts";
import { challengeOf } from "../../../support/second-factor.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { logIn, member, newAddress, PASSWORD, register } from "../../../support/users.ts";

const MINUTE = 60_000;

/** Prepares people: with no limits of its own, with the mailbox, and with hashes of one block. */
const clock = createTestClock();
const office = startService({ clock });

type Person = (of: Service) => Promise<string>;

const stranger: Person = async () => newAddress();
const verified: Person = async (service) => (await member(service)).email;
const unverified: Person = async (service) => (await register(service)).email;
const withSecondStep: Person = async (service) => {
  const email = await verified(service);
  const { token } = await logIn(service, email);
  await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
  return email;
};
const deactivated: Person = async (service) => {
  const email = await verified(service);
  const { token } = await logIn(service, email);
  await service.post("/me/deactivate", { password: PASSWORD }, token);
  return email;
};
/** Whoever asks about them in these tests does so in English. */
const readsGerman: Person = async (service) => {
  const email = await verified(service);
  const query = "UPDATE accounts SET locale = 'de' WHERE email = ?";
  await service.env.DB.prepare(query).bind(email).run();
  return email;
};
/** Somebody who has just been mailed, so that no further mail goes out. */
const justMailed =
  (path: string, person: Person): Person =>
  async (service) => {
    const email = await person(service);
    clock.advance(2 * MINUTE);
    await service.post(path, { email });
    return email;
  };

const people = {
  verified,
  unverified,
  "with a second step": withSecondStep,
  "who reads German": readsGerman,
  deactivated,
};
const FORGOT = "/forgot-password";
const RESEND = "/verify-email/resend";

/** Each route with what it is asked about an address, and the known addresses that must not show. */
const routes: Record<
  string,
  { body: (email: string) => object; status: number; known: Record<string, Person> }
> = {
  "/register": {
    body: (email) => ({ email, password: PASSWORD, name: "Ada" }),
    status: 201,
    known: people,
  },
  "/login": { body: (email) => ({ email, password: "a wrong password" }), status: 401, known: people },
  [FORGOT]: {
    body: (email) => ({ email }),
    status: 200,
    known: { ...people, "just mailed": justMailed(FORGOT, verified) },
  },
  [RESEND]: {
    body: (email) => ({ email }),
    status: 200,
    known: { ...people, "just mailed": justMailed(RESEND, unverified) },
  },
};

const LIMITED = { RATE_LIMITS: "", BURST: undefined };

/** Configurations that could bring a difference in; stored hashes have one block. */
const configurations: Record<string, Record<string, unknown>> = {
  "without limits": {},
  "with limits": LIMITED,
  "with LOGIN_OTP=always": { LOGIN_OTP: "always" },
  "with stored hashes that are cheaper than today's": { PASSWORD_HASH_BLOCKS: "2" },
  "with all of these": { ...LIMITED, LOGIN_OTP: "always", PASSWORD_HASH_BLOCKS: "2" },
};

type Asked = { readonly path: string; readonly body: object };

type Maker = (of: Service) => Promise<Asked>;

/** Observes requests on a cold isolate each, and on one that has seen such requests before. */
async function startObserving(variables: Record<string, unknown>, usual: Maker) {
  const warm = startObservedService(variables, clock);
  for (let seen = 0; seen < 2; seen += 1) await warm.observe(await usual(office));
  return async (make: Maker) => ({
    cold: await startObservedService(variables, clock).observe(await make(office)),
    warm: await warm.observe(await make(office)),
  });
}

const of = (path: string, person: Person) => async (service: Service) => ({
  path,
  body: routes[path]?.body(await person(service)) ?? {},
});

/** Whole blocks of password hashing among the derivations. */
const blocksOf = ({ derivations }: Observation) =>
  derivations.filter((one) => one === "PBKDF2 100000").length;

const askAgain = (challengeId: string): Asked => ({ path: "/login/otp/resend", body: { challengeId } });
const challenged = async (service: Service) => challengeOf(service, await withSecondStep(service));

const oneTimeCodes: Record<string, (of: Service) => Promise<string>> = {
  "one that waits": async (service) => {
    const { challengeId } = await challenged(service);
    clock.advance(2 * MINUTE);
    return challengeId;
  },
  "one that was just mailed": async (service) => (await challenged(service)).challengeId,
  "one that was answered": async (service) => {
    const { challengeId, code } = await challenged(service);
    await service.post("/login/otp", { challengeId, code });
    return challengeId;
  },
  "one that is over": async (service) => {
    const { challengeId } = await challenged(service);
    clock.advance(11 * MINUTE);
    return challengeId;
  },
};

describe.each(Object.entries(configurations))("%s", (_name, variables) => {
  const blocks = Number(variables.PASSWORD_HASH_BLOCKS ?? 1);

  it.each(Object.entries(routes))(
    "POST %s looks and costs the same whoever has the address",
    async (path, route) => {
      const observe = await startObserving(variables, of(path, stranger));
      const unknown = await observe(of(path, stranger));
      for (const [who, person] of Object.entries(route.known)) {
        expect(await observe(of(path, person)), who).toEqual(unknown);
      }
      // The comparison is of real work: not of two refusals at the door.
      expect([unknown.warm.status, unknown.warm.cookies]).toEqual([route.status, []]);
      expect(unknown.warm.trips).toBe(path === "/register" ? 2 : 1);
      expect(unknown.warm.statements.length).toBeGreaterThan(2);
      expect(blocksOf(unknown.warm)).toBe(path === "/register" || path === "/login" ? blocks : 0);
      expect(unknown.warm.kvGets).toBe("RATE_LIMITS" in variables ? 1 : 0);
    },
  );

  it("POST /login/otp/resend looks and costs the same whatever the challenge is", async () => {
    const unknownId: Maker = async () => askAgain(crypto.randomUUID());
    const observe = await startObserving(variables, unknownId);
    const unknown = await observe(unknownId);
    for (const [what, challenge] of Object.entries(oneTimeCodes)) {
      const known: Maker = async (service) => askAgain(await challenge(service));
      expect(await observe(known), what).toEqual(unknown);
    }
    expect([unknown.warm.status, unknown.warm.trips, unknown.warm.cookies]).toEqual([200, 1, []]);
  });

  it("tells nothing by the failure that shuts the lock, nor by the lock", async () => {
    const guess = (email: string) => ({ path: "/login", body: { email, password: "a wrong password" } });
    const lockedBy = async (person: Person) => {
      const { observe } = startObservedService(variables, clock);
      const email = await person(office);
      const seen: Observation[] = [];
      for (let guesses = 0; guesses < 11; guesses += 1) seen.push(await observe(guess(email)));
      return seen;
    };
    const unknown = await lockedBy(stranger);
    expect(unknown.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429]);
    for (const person of Object.values(people)) expect(await lockedBy(person)).toEqual(unknown);
  });
});
