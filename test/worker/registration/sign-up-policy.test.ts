import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../support/assertions.ts";
import { openBrowser } from "../../support/browser.ts";
import { type Observation, startObservedService } from "../../support/recorders.ts";
import { createTestClock, type Service, startService } from "../../support/service.ts";
import { returnFromProvider, startRedirect } from "../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../support/social/forged-issuer.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import {
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerAndVerify,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../support/users.ts";

const providers = openProviders();
const forged = await openForgedIssuer();
const start = (values: Record<string, unknown>) =>
  startService({ env: { ...providers.variables, ...values } });
const open = start({});

const countAccounts = (email: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM accounts WHERE email = ?").bind(email).first("n");

/** The ways to create an account for an address without an invitation. Each returns status and error code. */
const ways: Record<string, (at: Service, email: string) => Promise<{ status: number; code?: string }>> = {
  "registration by password": async (at, email) => outcomeOf((await register(at, email)).answer),
  "a token of a provider": async (at, email) => {
    const accessToken = await providers.tokenOf(socialUser({ email }));
    return outcomeOf(await at.post("/social/github/token", { accessToken }));
  },
  "the redirect of a provider": async (at, email) => {
    const browser = openBrowser(at);
    const callback = await startRedirect(browser, "google", socialUser({ email }));
    return outcomeOf(await returnFromProvider(browser, callback));
  },
};

const outcomeOf = ({ status, body }: Awaited<ReturnType<Service["post"]>>) => ({
  status,
  code: body.error?.code,
});

/** The addresses of the providers of `ways` are those of their users. */
const TRUSTED = {
  SOCIAL_GITHUB_EMAIL_TRUST: "verified",
  SOCIAL_GOOGLE_EMAIL_TRUST: "verified",
  SOCIAL_GOOGLE_EMAIL_DOMAINS: "example.com",
};

const policies: readonly (readonly [Record<string, string>, string | null])[] = [
  [{ SIGN_UP: "open" }, null],
  [{ SIGN_UP: "invited" }, "sign_up_closed"],
  [{ SIGN_UP: "closed" }, "sign_up_closed"],
  [{ SIGN_UP_DOMAINS: "example.com", ...TRUSTED }, null],
  [{ SIGN_UP_DOMAINS: "EXAMPLE.com., example.org", ...TRUSTED }, null],
  [{ SIGN_UP_DOMAINS: "example.org" }, "domain_not_allowed"],
  [{ SIGN_UP_DOMAINS: "sub.example.com" }, "domain_not_allowed"],
  [{ SIGN_UP_DISPOSABLE: "refuse" }, null],
];

describe.each(policies)("with %j", (values, refusal) => {
  const service = start(values);

  it.each(Object.entries(ways))(`answers ${refusal ?? "with a new account"} to %s`, async (_way, create) => {
    const email = newAddress();
    const { status, code } = await create(service, email);
    expect(code ?? null).toBe(refusal);
    if (refusal) expect(status).toBe(403);
    expect(await countAccounts(email)).toBe(refusal ? 0 : 1);
    if (refusal) expect(await mailTo(service, email)).toEqual([]);
  });

  it("keeps users who have an account", async () => {
    const { email } = await registerVerifiedUser(service);
    expect((await logIn(service, email)).token).toBeTruthy();
    // The provider has verified the address, so the identity is linked: no account is created.
    expect(await ways["a token of a provider"]?.(service, email)).toEqual({ status: 200, code: undefined });
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: PASSWORD };
    expect((await service.post("/reset-password", reset)).status).toBe(200);
  });
});

it("opens no account of a domain for an address that a provider only implies", async () => {
  const service = start({
    SIGN_UP_DOMAINS: "example.com",
    SOCIAL_GITHUB_EMAIL_TRUST: "implied",
    SOCIAL_GOOGLE_EMAIL_TRUST: "implied",
  });
  for (const way of ["a token of a provider", "the redirect of a provider"]) {
    const email = newAddress();
    const answer = await ways[way]?.(service, email);
    expect(answer, way).toEqual({ status: 403, code: "domain_not_allowed" });
    expect(await countAccounts(email), way).toBe(0);
  }
});

it("refuses disposable addresses by every way, with SIGN_UP_DISPOSABLE=refuse alone", async () => {
  const refusing = start({ SIGN_UP_DISPOSABLE: "refuse" });
  for (const [way, create] of Object.entries(ways)) {
    const email = `${crypto.randomUUID()}@mailinator.com`;
    expect(await create(refusing, email), way).toEqual({ status: 403, code: "disposable_address" });
    expect(await countAccounts(email), way).toBe(0);
    expect((await create(open, email)).code, way).toBeUndefined();
  }
});

describe("an unproven registration from before the sign-up was closed", () => {
  it("is not taken over by a provider's user", async () => {
    const closed = start({ SIGN_UP: "closed" });
    const { email } = await register(open);
    expect(await ways["a token of a provider"]?.(closed, email)).toEqual({
      status: 403,
      code: "sign_up_closed",
    });
  });

  it("can still be completed by its link", async () => {
    const closed = start({ SIGN_UP: "closed" });
    const { email } = await register(open);
    const answer = await closed.post("/verify-email", { token: await tokenMailedTo(open, email) });
    expect(answer.status).toBe(200);
    expect((await logIn(closed, email)).token).toBeTruthy();
  });
});

describe("an invitation", () => {
  const invite = async (at: Service, email: string) => {
    const admin = await signedInAs(at, "admin");
    return usersApiAs(at, admin).call("POST", "", { email, name: "Grace" });
  };

  it.each([
    ["open", {}],
    ["invited", { SIGN_UP: "invited" }],
    ["invited, for an address of another domain", { SIGN_UP: "invited", SIGN_UP_DOMAINS: "example.org" }],
  ])("is completed by its link with the policy %s", async (_policy, values) => {
    const service = start(values);
    const email = newAddress();
    expect((await invite(service, email)).status).toBe(201);
    const body = { token: await tokenMailedTo(service, email), newPassword: PASSWORD };
    expect((await service.post("/reset-password", body)).status).toBe(200);
    expect((await logIn(service, email)).token).toBeTruthy();
  });

  it("does not open the sign-up by a provider", async () => {
    const service = start({ SIGN_UP: "invited" });
    const email = newAddress();
    await invite(service, email);
    expect(await ways["a token of a provider"]?.(service, email)).toEqual({ status: 409, code: "conflict" });
  });

  it("is refused with the policy closed", async () => {
    const service = start({ SIGN_UP: "closed" });
    const email = newAddress();
    expectErrorResponse(await invite(service, email), 403, "sign_up_closed");
    expect([await countAccounts(email), await mailTo(service, email)]).toEqual([0, []]);
  });
});

describe("BOOTSTRAP_SUPERUSER_EMAIL on a closed deployment", () => {
  it("becomes superuser, and no other address signs up", async () => {
    await env.DB.prepare("UPDATE accounts SET role = 'user'").run();
    const email = newAddress();
    const closed = start({ SIGN_UP: "closed", BOOTSTRAP_SUPERUSER_EMAIL: email });
    expectErrorResponse((await register(closed)).answer, 403, "sign_up_closed");
    await registerAndVerify(closed, email);
    const role = "SELECT role FROM accounts WHERE email_key = ?";
    expect(await env.DB.prepare(role).bind(email).first("role")).toBe("superuser");
  });

  it("does not sign up by a provider that only implies the address", async () => {
    const email = newAddress();
    const values = { ...forged.variables, SIGN_UP: "closed", BOOTSTRAP_SUPERUSER_EMAIL: email };
    const closed = startService({ env: values });
    await forged.answer(forged.metadata, forged.keySet);
    const idToken = await forged.sign({ sub: crypto.randomUUID(), email });
    expectErrorResponse(await closed.post("/social/oidc/token", { idToken }), 403, "sign_up_closed");
    expect(await countAccounts(email)).toBe(0);
  });
});

it("creates no account in 50 parallel registrations and sign-ins of a closed deployment", async () => {
  const closed = start({ SIGN_UP: "closed" });
  const email = newAddress();
  const accessToken = await providers.tokenOf(socialUser({ email }));
  const answers = await inParallel(50, (index) =>
    index % 2 === 0
      ? closed.post("/register", { email, password: PASSWORD, name: "Ada" })
      : closed.post("/social/github/token", { accessToken }),
  );
  expect(statusCounts(answers)).toEqual({ 403: 50 });
  expect(await countAccounts(email)).toBe(0);
});

describe("the refusal of a registration", () => {
  const clock = createTestClock();
  const setup = startService({ clock });
  const addresses = {
    unknown: async () => newAddress(),
    verified: async () => (await registerVerifiedUser(setup)).email,
    unverified: async () => (await register(setup)).email,
    invited: async () => {
      const email = newAddress();
      const admin = await signedInAs(setup, "admin");
      await usersApiAs(setup, admin).call("POST", "", { email, name: "Grace" });
      return email;
    },
  };

  it.each([[{ SIGN_UP: "closed" }], [{ SIGN_UP: "invited" }], [{ SIGN_UP_DOMAINS: "example.org" }]])(
    "with %j is the same, at the same cost, for every address",
    async (values) => {
      const { observe } = startObservedService(values, clock);
      const observations: Observation[] = [];
      for (const prepare of [addresses.unknown, ...Object.values(addresses)]) {
        const body = { email: await prepare(), password: PASSWORD, name: "Ada" };
        observations.push(await observe({ path: "/register", body }));
      }
      const [, unknown, ...known] = observations;
      expect(unknown?.status).toBe(403);
      for (const observation of known) expect(observation).toEqual(unknown);
    },
  );
});
