import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { markDeviceAsKnown, startSecondFactor } from "../../../support/one-time-codes.ts";
import { openPageBrowser } from "../../../support/pages.ts";
import { countPasswordHashes, type Observation, startObservedService } from "../../../support/recorders.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import {
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerVerifiedUser,
  subjectsTo,
} from "../../../support/users.ts";

const ON = { USERNAME_SIGN_IN: "on" };
const MINUTE = 60_000;
const clock = createTestClock();
const service = startService({ env: ON, clock });

let users = 0;
const newUsername = () => `Sailor.${++users}`;

async function newUser(at: Service = service) {
  const username = newUsername();
  const { email } = await registerVerifiedUser(at, newAddress(), { username });
  return { email, username };
}

const signIn = (username: string, password = PASSWORD, at: Service = service) =>
  at.post("/login", { username, password });

describe("POST /login with a username", () => {
  it("signs in, regardless of case", async () => {
    const { email, username } = await newUser();
    for (const name of [username, username.toUpperCase(), username.toLowerCase()]) {
      const answer = await signIn(name);
      expect([answer.status, answer.body.data.user.email]).toEqual([200, email]);
    }
    expect((await logIn(service, email)).token).toBeTruthy();
  });

  it("knows the device of an earlier sign-in by address", async () => {
    const { email, username } = await newUser();
    const { deviceToken } = (await service.post("/login", { email, password: PASSWORD })).body.data;
    const answer = await service.post("/login", { username, password: PASSWORD, deviceToken });
    expect(answer.status).toBe(200);
    expect((await subjectsTo(service, email)).filter((subject) => /new device/i.test(subject))).toEqual([]);
  });

  it("is refused while USERNAME_SIGN_IN is off", async () => {
    const off = startService({ clock });
    const { username } = await newUser();
    const answer = await signIn(username, PASSWORD, off);
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.body.error?.fields?.map(({ path }) => path)).toEqual(["username"]);
  });

  it.each([
    ["both", { email: "ada@example.com", username: "ada.l" }, "username"],
    ["neither", {}, "email"],
    ["an address as username", { username: "ada@example.com" }, "username"],
    ["a username with a space", { username: "ada l" }, "username"],
    ["a username that is no text", { username: { $ne: null } }, "username"],
    ["a username of 60,000 characters", { username: "a".repeat(60_000) }, "username"],
    ["a username as address", { email: "ada.l" }, "email"],
  ])("refuses %s", async (_what, names, path) => {
    const answer = await service.post("/login", { ...names, password: PASSWORD });
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.body.error?.fields?.map((field) => field.path)).toEqual([path]);
  });

  it("does not sign in by the username of an unproven registration, which reserves none", async () => {
    const username = newUsername();
    await register(service, newAddress(), { username });
    expectErrorResponse(await signIn(username), 401, "invalid_credentials");
  });

  it("signs in as the user who has the name now", async () => {
    const { email, username } = await newUser();
    const { token } = await logIn(service, email);
    await service.call("PATCH", "/api/auth/me", { username: newUsername() }, token);
    expectErrorResponse(await signIn(username), 401, "invalid_credentials");
    const other = await registerVerifiedUser(service, newAddress(), { username });
    expect((await signIn(username)).body.data.user.email).toBe(other.email);
  });
});

describe("the lockout of a username", () => {
  it("is that of the address: alternating between the two gives no further attempts", async () => {
    const { email, username } = await newUser();
    const names = [
      { email },
      { username },
      { email: email.toUpperCase() },
      { username: username.toUpperCase() },
    ];
    const { answers, hashed } = await countPasswordHashes(() =>
      inParallel(50, (index) =>
        service.post("/login", { ...names[index % names.length], password: "a wrong password" }),
      ),
    );
    expect(hashed).toBe(10);
    expect(statusCounts(answers)).toEqual({ 401: 10, 429: 40 });
    for (const name of names) {
      const answer = await service.post("/login", { ...name, password: PASSWORD });
      expectErrorResponse(answer, 429, "too_many_attempts");
    }
    expect(
      (await subjectsTo(service, email)).filter((subject) => /too many attempts/i.test(subject)),
    ).toHaveLength(1);
    clock.advance(5 * MINUTE);
    expect((await signIn(username)).status).toBe(200);
  });

  it("applies to an unknown name in the same way", async () => {
    const name = newUsername();
    const answers = await inParallel(50, (index) => signIn(index % 2 ? name : name.toUpperCase()));
    expect(statusCounts(answers)).toEqual({ 401: 10, 429: 40 });
  });
});

describe("known and unknown usernames", () => {
  const kinds = {
    unknown: async () => newUsername(),
    verified: async () => (await newUser()).username,
    "with a second factor": async () => {
      const { email, username } = await newUser();
      const { token } = await logIn(service, email);
      await markDeviceAsKnown(token);
      await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
      return username;
    },
    deactivated: async () => {
      const { email, username } = await newUser();
      const { token } = await logIn(service, email);
      await service.post("/me/deactivate", { password: PASSWORD }, token);
      return username;
    },
    "of an unproven registration": async () => {
      const username = newUsername();
      await register(service, newAddress(), { username });
      return username;
    },
  };

  it.each([
    ["without limits", ON],
    ["with limits", { ...ON, RATE_LIMITS: "", BURST: undefined }],
    ["with a required second factor", { ...ON, SECOND_FACTOR: "required" }],
  ])("get equal responses at equal cost, up to the lockout, %s", async (_name, variables) => {
    const observed: Record<string, Observation[]> = {};
    for (const [kind, prepare] of Object.entries(kinds)) {
      const { observe } = startObservedService(variables, clock);
      const body = { username: await prepare(), password: "a wrong password" };
      const observations: Observation[] = [];
      for (let guesses = 0; guesses < 11; guesses += 1)
        observations.push(await observe({ path: "/login", body }));
      observed[kind] = observations;
    }
    const { unknown, ...known } = observed;
    expect(unknown?.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429]);
    expect(unknown?.at(1)?.trips).toBe(3);
    for (const [kind, observations] of Object.entries(known)) expect(observations, kind).toEqual(unknown);
  });
});

describe("the sign-in page", () => {
  const open = async (at: Service) => {
    const browser = openPageBrowser(at);
    return { browser, page: await browser.visit("/sign-in") };
  };

  it("accepts an address or a username in one field", async () => {
    const { email, username } = await newUser();
    for (const typed of [email, username, ` ${username.toUpperCase()} `]) {
      const { browser, page } = await open(service);
      expect(page.text).toContain("Email address or username");
      expect(page.text).toMatch(/<input id="email" name="email" type="text"/);
      expect((await browser.submit(page, { email: typed, password: PASSWORD })).path).toBe("/account");
    }
  });

  it("accepts addresses alone while USERNAME_SIGN_IN is off", async () => {
    const { username } = await newUser();
    const { browser, page } = await open(startService({ clock }));
    expect(page.text).not.toContain("Email address or username");
    const answer = await browser.press(page, { email: username, password: PASSWORD });
    expect([answer.status, answer.text.includes("Please enter one email address")]).toEqual([400, true]);
  });

  it("shows malformed names at the field, and unknown ones as wrong credentials", async () => {
    const { browser, page } = await open(service);
    const malformed = await browser.press(page, { email: "ada l", password: PASSWORD });
    expect(malformed.status).toBe(400);
    expect(malformed.text).toMatch(/id="email-problem">\s*Please enter an email address or a username\./);
    const unknown = await browser.press(page, { email: newUsername(), password: PASSWORD });
    expect(unknown.status).toBe(401);
  });

  it("does not show the address before the second factor if a username was typed", async () => {
    const always = startService({ env: { ...ON, SECOND_FACTOR: "required" }, clock });
    const { email, username } = await newUser();
    const { browser, page } = await open(always);
    const codePage = await browser.submit(page, { email: username, password: PASSWORD });
    expect([codePage.path, codePage.text.includes(email)]).toEqual(["/sign-in/code", false]);
    expect(await mailTo(always, email)).toHaveLength(1);
  });
});

it("opens a second factor that the API answers as for an address", async () => {
  const always = startService({ env: { ...ON, SECOND_FACTOR: "required" }, clock });
  const { email, username } = await newUser();
  const challenge = await signIn(username, PASSWORD, always);
  expect(challenge.body.data.otpRequired).toBe(true);
  clock.advance(2 * MINUTE);
  const { challengeId, code } = await startSecondFactor(always, email);
  expect((await always.post("/login/otp", { challengeId, code })).status).toBe(200);
});
