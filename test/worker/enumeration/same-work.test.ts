import { describe, expect, it } from "vitest";
import { logIn, member, newAddress, PASSWORD, register } from "../../support/people.ts";
import { type Observation, startObservedService } from "../../support/observed-service.ts";
import { challengeOf } from "../../support/second-step.ts";
import { createTestClock, type Service, startService } from "../../support/service.ts";

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
/** Somebody who has just been mailed, so that no further mail goes out. */
const justMailed =
  (path: string, person: Person): Person =>
  async (service) => {
    const email = await person(service);
    clock.advance(2 * MINUTE);
    await service.post(path, { email });
    return email;
  };

const people = { verified, unverified, "with a second step": withSecondStep, deactivated };
const FORGOT = "/forgot-password";
const RESEND = "/verify-email/resend";

/** Each route with what it is asked about an address, and the known addresses that must not show. */
const routes: Record<string, { body: (email: string) => object; status: number; known: Record<string, Person> }> =
  {
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

/** On a cold isolate, and on one that has seen such requests before. */
async function observeBoth(variables: Record<string, unknown>, make: (of: Service) => Promise<Asked>) {
  const warm = startObservedService(variables, clock);
  await warm.observe(await make(office));
  await warm.observe(await make(office));
  const requests = [await make(office), await make(office)] as const;
  // The minute in which nobody is mailed a second time is over for all but who was just mailed.
  return {
    cold: await startObservedService(variables, clock).observe(requests[0]),
    warm: await warm.observe(requests[1]),
  };
}

const of = (path: string, person: Person) => async (service: Service) => ({
  path,
  body: routes[path]?.body(await person(service)) ?? {},
});

/** Whole blocks of password hashing among the derivations. */
const blocksOf = ({ derivations }: Observation) => derivations.filter((one) => one === "PBKDF2 100000").length;

describe.each(Object.entries(configurations))("%s", (_name, variables) => {
  const blocks = Number(variables.PASSWORD_HASH_BLOCKS ?? 1);

  describe.each(Object.entries(routes))("POST %s", (path, { status, known }) => {
    it.each(Object.entries(known))("looks and costs the same for an address that is %s", async (_who, person) => {
      const unknown = await observeBoth(variables, of(path, stranger));
      const seen = await observeBoth(variables, of(path, person));
      expect(seen).toEqual(unknown);
      // The comparison is of real work: not of two refusals at the door.
      expect([unknown.warm.status, unknown.warm.cookies]).toEqual([status, []]);
      expect(unknown.warm.trips).toBeGreaterThan(0);
      expect(unknown.warm.statements.length).toBeGreaterThan(2);
      expect(blocksOf(unknown.warm)).toBe(path === "/register" || path === "/login" ? blocks : 0);
      expect(unknown.warm.kvGets).toBe("RATE_LIMITS" in variables ? 1 : 0);
    });
  });

  describe("POST /login/otp/resend", () => {
    const ask = (challengeId: string) => ({ path: "/login/otp/resend", body: { challengeId } });
    const challenged = async (service: Service) => challengeOf(service, await withSecondStep(service));
    const known: Record<string, (of: Service) => Promise<string>> = {
      "is waiting": async (service) => {
        const { challengeId } = await challenged(service);
        clock.advance(2 * MINUTE);
        return challengeId;
      },
      "was just mailed": async (service) => (await challenged(service)).challengeId,
      "was answered": async (service) => {
        const { challengeId, code } = await challenged(service);
        await service.post("/login/otp", { challengeId, code });
        return challengeId;
      },
      "is over": async (service) => {
        const { challengeId } = await challenged(service);
        clock.advance(11 * MINUTE);
        return challengeId;
      },
    };
    it.each(Object.entries(known))("looks and costs the same for a challenge that %s", async (_what, make) => {
      const unknown = await observeBoth(variables, async () => ask(crypto.randomUUID()));
      expect(await observeBoth(variables, async (service) => ask(await make(service)))).toEqual(unknown);
      expect([unknown.warm.status, unknown.warm.trips, unknown.warm.cookies]).toEqual([200, 1, []]);
    });
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
