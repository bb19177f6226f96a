import { env } from "cloudflare:workers";
import { requestChallenge, requestEmailCode } from "../email-codes.ts";
import { openLoopback } from "../loopback/loopback.ts";
import type { Mutation, MutationRequest } from "../mutations.ts";
import { markDeviceAsKnown, startSecondFactor } from "../one-time-codes.ts";
import { registerWithPasskey, signInOptions } from "../passkeys.ts";
import type { Service } from "../service.ts";
import {
  newAddress,
  PASSWORD,
  register,
  registerAndLogIn,
  registerVerifiedUser,
  tokenMailedTo,
} from "../users.ts";

const NEXT_PASSWORD = "a newer lighthouse 8";
const WRONG = "a wrong password";
const TWO_MINUTES = 120_000;

async function withSecondFactor(service: Service): Promise<string> {
  const { email, token } = await registerAndLogIn(service);
  await markDeviceAsKnown(token);
  await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
  return email;
}

async function requestEmailToken(
  service: Service,
  path: string,
  user: Promise<{ email: string }>,
): Promise<string> {
  const { email } = await user;
  await service.post(path, { email });
  return tokenMailedTo(service, email);
}

async function wrongPassword(service: Service, failures: number): Promise<MutationRequest> {
  const { email } = await registerVerifiedUser(service);
  const body = { email, password: WRONG };
  for (let failed = 0; failed < failures; failed += 1) await service.post("/login", body);
  return { body };
}

async function cookieLogin(service: Service): Promise<MutationRequest> {
  const { email } = await registerVerifiedUser(service);
  const csrf = await service.get("/csrf-token");
  const cookie = csrf.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const headers = { Cookie: cookie, "X-CSRF-Token": csrf.body.data.csrfToken as string };
  return { body: { email, password: PASSWORD, transport: "cookie" }, headers };
}

async function captcha(): Promise<Record<string, unknown>> {
  const provider = openLoopback();
  const success = JSON.stringify({ success: true, hostname: "gatehouse.test" });
  await provider.answer({ kind: "respond", status: 200, body: success });
  const keys = { CAPTCHA_SITE_KEY: "site", CAPTCHA_SECRET: "secret", CAPTCHA_API_BASE: provider.url };
  return { CAPTCHA_PROVIDER: "recaptcha-v2", ...keys };
}

const olderCost = async () => ({ PASSWORD_HASH_BLOCKS: "2" });

/** Mutations without a session. */
export const unauthenticatedMutations: readonly Mutation[] = [
  {
    route: "POST /register",
    status: 201,
    request: async () => ({ body: { email: newAddress(), password: PASSWORD, name: "Ada" } }),
  },
  {
    route: "POST /register",
    variant: "an address that is already registered",
    status: 201,
    request: async (service) => ({
      body: { ...(await registerVerifiedUser(service)), password: PASSWORD, name: "Ada" },
    }),
  },
  {
    route: "POST /verify-email",
    status: 200,
    repeatedStatus: 400,
    request: async (service) => ({
      body: { token: await tokenMailedTo(service, (await register(service)).email) },
    }),
  },
  {
    route: "POST /verify-email",
    variant: "a new address",
    status: 200,
    repeatedStatus: 400,
    async request(service) {
      const { token } = await registerAndLogIn(service);
      const newEmail = newAddress();
      await service.post("/me/email", { newEmail, password: PASSWORD }, token);
      return { body: { token: await tokenMailedTo(service, newEmail) } };
    },
  },
  {
    route: "POST /verify-email/resend",
    status: 200,
    async request(service) {
      const { email } = await register(service);
      service.clock.advance(TWO_MINUTES);
      return { body: { email } };
    },
  },
  {
    route: "POST /login",
    status: 200,
    request: async (service) => ({ body: { ...(await registerVerifiedUser(service)), password: PASSWORD } }),
  },
  {
    route: "POST /login",
    variant: "on a new device, with an older hash",
    status: 200,
    variables: olderCost,
    request: async (service) => ({
      body: { email: (await registerAndLogIn(service)).email, password: PASSWORD },
    }),
  },
  {
    route: "POST /login",
    variant: "the first login, without a signing key",
    status: 200,
    differsOnRetry: true,
    async request(service) {
      const { email } = await registerVerifiedUser(service);
      await env.DB.prepare("DELETE FROM signing_keys").run();
      return { body: { email, password: PASSWORD } };
    },
  },
  { route: "POST /login", variant: "by cookie", status: 200, request: cookieLogin },
  {
    route: "POST /login",
    variant: "with a second factor, and an older hash",
    status: 200,
    variables: olderCost,
    request: async (service) => ({ body: { email: await withSecondFactor(service), password: PASSWORD } }),
  },
  {
    route: "POST /login",
    variant: "a wrong password",
    status: 401,
    request: (service) => wrongPassword(service, 3),
  },
  { route: "POST /login/passkey/options", status: 200, request: async () => ({ body: {} }) },
  {
    route: "POST /login/passkey",
    status: 200,
    repeatedStatus: 401,
    async request(service) {
      const { authenticator } = await registerWithPasskey(service);
      const { challengeId, options } = await signInOptions(service);
      return { body: { challengeId, assertion: await authenticator.get(options) } };
    },
  },
  {
    route: "POST /login/otp/options",
    status: 200,
    request: async () => ({ body: { challengeId: crypto.randomUUID() } }),
  },
  {
    route: "POST /login/otp",
    status: 200,
    repeatedStatus: 400,
    request: async (service) => ({ body: await startSecondFactor(service, await withSecondFactor(service)) }),
  },
  {
    route: "POST /login/otp/resend",
    status: 200,
    async request(service) {
      const { challengeId } = await startSecondFactor(service, await withSecondFactor(service));
      service.clock.advance(TWO_MINUTES);
      return { body: { challengeId } };
    },
  },
  {
    route: "POST /login/otp/send",
    status: 200,
    async request(service) {
      const { challengeId } = await startSecondFactor(service, await withSecondFactor(service));
      service.clock.advance(TWO_MINUTES);
      return { body: { challengeId, factor: "email_otp" } };
    },
  },
  {
    route: "POST /login/email-code",
    status: 200,
    request: async (service) => ({ body: await registerVerifiedUser(service) }),
  },
  {
    route: "POST /login/email-code",
    variant: "an address without an account",
    status: 200,
    mailsWithoutAccount: "request",
    request: async () => ({ body: { email: newAddress() } }),
  },
  {
    route: "POST /login/email-code/resend",
    status: 200,
    async request(service) {
      const { email } = await registerVerifiedUser(service);
      const challengeId = await requestChallenge(service, email);
      service.clock.advance(TWO_MINUTES);
      return { body: { challengeId } };
    },
  },
  {
    route: "POST /login/email-code/verify",
    status: 200,
    repeatedStatus: 400,
    request: async (service) => ({
      body: await requestEmailCode(service, (await registerVerifiedUser(service)).email),
    }),
  },
  {
    route: "POST /login/email-code/verify",
    variant: "a new account",
    status: 200,
    repeatedStatus: 400,
    mailsWithoutAccount: "preparation",
    request: async (service) => ({ body: await requestEmailCode(service, newAddress()) }),
  },
  {
    route: "POST /login/email-code/verify",
    variant: "an unverified registration",
    status: 200,
    repeatedStatus: 400,
    request: async (service) => ({ body: await requestEmailCode(service, (await register(service)).email) }),
  },
  {
    route: "POST /refresh",
    status: 200,
    request: async (service) => ({ body: { refreshToken: (await registerAndLogIn(service)).refreshToken } }),
  },
  {
    route: "POST /refresh",
    variant: "reuse of a rotated token",
    status: 401,
    async request(service) {
      const { refreshToken } = await registerAndLogIn(service);
      const next = await service.post("/refresh", { refreshToken });
      // A rotated token whose successor was never used is a retry.
      await service.post("/refresh", { refreshToken: next.body.data.refreshToken });
      service.clock.advance(TWO_MINUTES);
      return { body: { refreshToken } };
    },
  },
  {
    route: "POST /refresh",
    variant: "retry of a refresh whose answer was lost",
    status: 200,
    async request(service) {
      const { refreshToken } = await registerAndLogIn(service);
      await service.post("/refresh", { refreshToken });
      service.clock.advance(TWO_MINUTES);
      return { body: { refreshToken } };
    },
  },
  {
    route: "POST /forgot-password",
    status: 200,
    request: async (service) => ({ body: await registerVerifiedUser(service) }),
  },
  {
    route: "POST /reset-password",
    status: 200,
    repeatedStatus: 400,
    async request(service) {
      const token = await requestEmailToken(service, "/forgot-password", registerAndLogIn(service));
      return { body: { token, newPassword: NEXT_PASSWORD } };
    },
  },
  {
    route: "POST /captcha/verify",
    status: 200,
    variables: captcha,
    request: async () => ({ body: { token: "0.a-token-of-the-widget" } }),
  },
];
