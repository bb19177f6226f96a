import { env } from "cloudflare:workers";
import { offerAuthenticator, registerOnKnownDevice, verifyAuthenticator } from "../authenticators.ts";
import { openBrowser } from "../browser.ts";
import { newApp } from "../client-app.ts";
import { pollDevice } from "../devices.ts";
import { requestChallenge, requestEmailCode } from "../email-codes.ts";
import { credentialsOf, jsonOf, postForm, redeem, refresh, type TestClient } from "../oauth.ts";
import { openPageBrowser } from "../pages.ts";
import { createRpcCaller } from "../rpc.ts";
import type { ApiResponse } from "../service.ts";
import { linkGitHub } from "../social/inserted-rows.ts";
import { socialUser } from "../social/users.ts";
import { logIn, newAddress, PASSWORD, registerAndLogIn, registerVerifiedUser } from "../users.ts";
import { type IssuedToken, TOKEN_KINDS, type TokenKind } from "./kinds.ts";
import { captchaProof, guarded, live, newDevice, providers, service } from "./service.ts";

/** One place that takes a token. `use` presents it, and returns whether the place accepted it. */
export type TokenConsumer = {
  readonly accepts: readonly TokenKind[];
  readonly use: (token: IssuedToken) => Promise<boolean>;
};

const isOk = ({ status }: ApiResponse): boolean => status < 400;
const post = async (path: string, body: object, access?: string) =>
  isOk(await service.post(path, body, access));
const cookie = (name: string, value: string) => ({ Cookie: `__Host-gh_${name}=${value}` });
const worker = createRpcCaller(service, { props: { audience: "app" } });

/** A browser with the cookies that the token belongs to. */
function browserOf({ jar = new Map() }: IssuedToken) {
  const browser = openBrowser(service);
  for (const [name, value] of jar) browser.jar.set(name, value);
  return browser;
}

/** Prepares once what a refusal leaves as it was, and again after an acceptance. */
function reusable<T>(prepare: () => Promise<T>) {
  let prepared: Promise<T> | null = null;
  return async (use: (value: T) => Promise<boolean>): Promise<boolean> => {
    prepared ??= prepare();
    const isAccepted = await use(await prepared);
    if (isAccepted) prepared = null;
    return isAccepted;
  };
}

const anotherUser = reusable(() => registerAndLogIn(service));
const userWithFailures = reusable(async () => {
  const { email } = await registerVerifiedUser(service);
  for (let guess = 0; guess < 4; guess += 1) await service.post("/login", { email, password: "wrong guess" });
  return email;
});
/** Leaves the clock as it is, so that the sessions of the other users stay valid. Returns an access token. */
async function userWithAuthenticator(): Promise<string> {
  const { token } = await registerOnKnownDevice(service);
  await verifyAuthenticator(service, token, await offerAuthenticator(service, token));
  return token;
}
const waitingEnrolment = reusable(() => TOKEN_KINDS["authenticator enrolment"]());
const waitingChallenge = reusable(() => TOKEN_KINDS["sign-in challenge"]());
const unusedHandle = () => TOKEN_KINDS["response handle"]();
const unusedCallback = reusable(() => TOKEN_KINDS["transaction state"]());

let otherClient: Promise<TestClient> | null = null;
/** The client that the token was issued to, or another one. */
function clientOf({ client }: IssuedToken): TestClient | Promise<TestClient> {
  otherClient ??= newApp(service);
  return client ?? otherClient;
}

/** The address that a device is known for, or that of another user. */
const addressOf = async ({ knownFor }: IssuedToken) =>
  knownFor ?? (await registerVerifiedUser(service)).email;

const messagesSoFar = async () => env.DB.prepare("SELECT count(*) AS n FROM outbox").first<number>("n");

/** Requests a callback with one parameter replaced. */
async function requestCallback(of: IssuedToken, name: "state" | "code", value: string): Promise<boolean> {
  const url = new URL(of.callback ?? "", "http://gatehouse.test");
  url.searchParams.set(name, value);
  const headers = { Accept: null, Origin: null };
  return isOk(await browserOf(of).send("GET", url.pathname + url.search, undefined, headers));
}

async function isDeviceKnown(token: IssuedToken, send: (email: string) => Promise<ApiResponse>) {
  const answer = await send(await addressOf(token));
  return isOk(answer) && answer.body.data.otpRequired === undefined && answer.body.data.token !== undefined;
}

const VERIFYING = ["address verification", "address change"] as const;
const RESETTING = ["password reset", "invitation"] as const;
const OF_CLIENTS = ["access of an app", "access of a device"] as const;
const FOR_APP = ["access for another audience", ...OF_CLIENTS] as const;

/** For each parameter of a route that takes a token: what it accepts. */
export const PARAMETERS: Record<string, TokenConsumer> = {
  "POST /captcha/verify token": {
    accepts: ["captcha widget"],
    use: async ({ value }) => isOk(await captchaProof(value)),
  },
  "POST /register captchaToken": {
    accepts: ["captcha proof"],
    use: async ({ value }) =>
      isOk(
        await guarded.post("/register", {
          email: newAddress(),
          password: PASSWORD,
          name: "Ada",
          captchaToken: value,
        }),
      ),
  },
  "POST /forgot-password captchaToken": {
    accepts: ["captcha proof"],
    use: async ({ value }) =>
      isOk(await guarded.post("/forgot-password", { email: newAddress(), captchaToken: value })),
  },
  "POST /login captchaToken": {
    accepts: ["captcha proof"],
    use: ({ value }) =>
      userWithFailures(async (email) =>
        isOk(await guarded.post("/login", { email, password: PASSWORD, captchaToken: value })),
      ),
  },
  "POST /login deviceToken": {
    accepts: ["device"],
    use: (token) =>
      isDeviceKnown(token, (email) =>
        newDevice.post("/login", { email, password: PASSWORD, deviceToken: token.value }),
      ),
  },
  "POST /social/:provider/token deviceToken": {
    accepts: ["device"],
    use: (token) =>
      isDeviceKnown(token, async (email) => {
        const id = await linkGitHub(email, providers.issuer);
        const accessToken = await providers.tokenOf(socialUser({ id }));
        return newDevice.post("/social/github/token", { accessToken, deviceToken: token.value });
      }),
  },
  "POST /login/email-code captchaToken": {
    accepts: ["captcha proof"],
    use: async ({ value }) =>
      isOk(await guarded.post("/login/email-code", { email: newAddress(), captchaToken: value })),
  },
  // The response never tells whether there is such a challenge, so a new mail is what shows it.
  "POST /login/email-code/resend challengeId": {
    accepts: ["email code challenge"],
    use: async ({ value }) => {
      const before = await messagesSoFar();
      await service.post("/login/email-code/resend", { challengeId: value });
      return (await messagesSoFar()) !== before;
    },
  },
  "POST /login/email-code/verify challengeId": {
    accepts: ["email code challenge"],
    use: ({ value, code = "000000" }) => post("/login/email-code/verify", { challengeId: value, code }),
  },
  "POST /login/email-code/verify code": {
    accepts: ["email code"],
    use: async ({ value, challengeId }) => {
      const known = challengeId?.includes(".") ? challengeId : null;
      const id = known ?? (await requestChallenge(service, newAddress()));
      return post("/login/email-code/verify", { challengeId: id, code: value });
    },
  },
  "POST /login/email-code/verify deviceToken": {
    accepts: ["device"],
    use: (token) =>
      isDeviceKnown(token, async (email) => {
        // Only an account that has signed in before gets a notice of an unknown device.
        await logIn(service, email);
        const mails = await messagesSoFar();
        const challenge = await requestEmailCode(service, email);
        const answer = await service.post("/login/email-code/verify", {
          ...challenge,
          deviceToken: token.value,
        });
        // The code is the one message; a notice of an unknown device is a second.
        return Number(await messagesSoFar()) - Number(mails) > 1 ? { ...answer, status: 400 } : answer;
      }),
  },
  "POST /login/otp challengeId": {
    accepts: ["sign-in challenge"],
    use: ({ value, code = "000000" }) => post("/login/otp", { challengeId: value, code }),
  },
  "POST /login/otp code": {
    accepts: ["sign-in code", "authenticator code", "recovery code"],
    use: ({ value, challengeId, factor }) =>
      challengeId === undefined
        ? waitingChallenge((waiting) => post("/login/otp", { challengeId: waiting.value, code: value }))
        : post("/login/otp", { challengeId, code: value, factor }),
  },
  "POST /login/otp/resend challengeId": {
    accepts: ["sign-in challenge"],
    use: async ({ value }) => {
      // A code is mailed at most once a minute.
      await env.DB.prepare("UPDATE outbox SET created_at = created_at - 61000").run();
      const before = await messagesSoFar();
      await service.post("/login/otp/resend", { challengeId: value });
      return (await messagesSoFar()) !== before;
    },
  },
  "POST /login/otp/send challengeId": {
    accepts: ["sign-in challenge"],
    use: async ({ value }) => {
      await env.DB.prepare("UPDATE outbox SET created_at = created_at - 61000").run();
      const before = await messagesSoFar();
      await service.post("/login/otp/send", { challengeId: value, factor: "email_otp" });
      return (await messagesSoFar()) !== before;
    },
  },
  "POST /me/phone/verify challengeId": {
    accepts: ["phone challenge"],
    use: ({ value, code = "000000", access }) =>
      anotherUser(({ token }) => post("/me/phone/verify", { challengeId: value, code }, access ?? token)),
  },
  "POST /me/phone/verify code": {
    accepts: ["phone code"],
    use: ({ value, challengeId = crypto.randomUUID(), access }) =>
      anotherUser(({ token }) => post("/me/phone/verify", { challengeId, code: value }, access ?? token)),
  },
  "POST /me/reauthenticate/otp challengeId": {
    accepts: ["reauthentication challenge"],
    use: ({ value, code = "000000", access }) =>
      anotherUser(({ token }) =>
        post("/me/reauthenticate/otp", { challengeId: value, code }, access ?? token),
      ),
  },
  "POST /me/reauthenticate/otp code": {
    accepts: ["reauthentication code"],
    use: ({ value, challengeId = crypto.randomUUID(), access }) =>
      anotherUser(({ token }) =>
        post("/me/reauthenticate/otp", { challengeId, code: value }, access ?? token),
      ),
  },
  "POST /me/reauthenticate code": {
    accepts: ["authenticator code", "recovery code"],
    // Of a user with an authenticator each: wrong answers lock the account.
    use: async ({ value, access, factor = "totp" }) => {
      const token = access ?? (await userWithAuthenticator());
      return post("/me/reauthenticate", { factor, code: value, password: PASSWORD }, token);
    },
  },
  "POST /me/factors/totp/verify enrolmentToken": {
    accepts: ["authenticator enrolment"],
    use: ({ value, code = "000000", access }) =>
      anotherUser(({ token }) =>
        post("/me/factors/totp/verify", { enrolmentToken: value, code }, access ?? token),
      ),
  },
  "POST /me/factors/totp/verify code": {
    accepts: ["enrolment code"],
    use: ({ value, enrolmentToken, access }) =>
      enrolmentToken === undefined
        ? waitingEnrolment((waiting) =>
            post("/me/factors/totp/verify", { enrolmentToken: waiting.value, code: value }, waiting.access),
          )
        : post("/me/factors/totp/verify", { enrolmentToken, code: value }, access),
  },
  "POST /verify-email token": {
    accepts: VERIFYING,
    use: ({ value }) => post("/verify-email", { token: value }),
  },
  "GET /verify-email token": {
    accepts: VERIFYING,
    use: async ({ value }) => isOk(await service.get(`/verify-email?token=${encodeURIComponent(value)}`)),
  },
  "POST /reset-password token": {
    accepts: RESETTING,
    use: ({ value }) => post("/reset-password", { token: value, newPassword: "a brand new harbour" }),
  },
  "GET /reset-password token": {
    accepts: RESETTING,
    use: async ({ value }) => isOk(await service.get(`/reset-password?token=${encodeURIComponent(value)}`)),
  },
  "POST /refresh refreshToken": {
    accepts: ["refresh"],
    use: ({ value }) => post("/refresh", { refreshToken: value }),
  },
  "POST /social/:provider/token idToken": {
    accepts: ["provider's ID token"],
    use: async ({ value }) => isOk(await live.post("/social/google/token", { idToken: value })),
  },
  "POST /social/:provider/token accessToken": {
    accepts: ["provider's access token"],
    use: ({ value }) => post("/social/github/token", { accessToken: value }),
  },
  "POST /me/identities/:provider idToken": {
    accepts: ["provider's ID token"],
    use: async ({ value }) => {
      const { token } = await registerAndLogIn(live);
      return isOk(await live.post("/me/identities/google", { idToken: value, password: PASSWORD }, token));
    },
  },
  "POST /me/identities/:provider accessToken": {
    accepts: ["provider's access token"],
    use: ({ value }) =>
      anotherUser(({ token }) =>
        post("/me/identities/github", { accessToken: value, password: PASSWORD }, token),
      ),
  },
  "GET /social/:provider/callback state": {
    accepts: ["transaction state"],
    use: (token) =>
      token.callback === undefined
        ? unusedCallback((own) => requestCallback(own, "state", token.value))
        : requestCallback(token, "state", token.value),
  },
  "GET /social/:provider/callback response": {
    accepts: ["response handle"],
    use: async (token) => {
      const own = token.posted === undefined ? await unusedHandle() : token;
      const url = new URL(own.posted ?? "", "http://gatehouse.test");
      url.searchParams.set("response", token.value);
      const headers = { Accept: null, Origin: null };
      return isOk(await browserOf(own).send("GET", url.pathname + url.search, undefined, headers));
    },
  },
  "GET /social/:provider/callback code": {
    accepts: ["provider's code"],
    // A refused code spends the transaction.
    use: async (token) =>
      requestCallback(
        token.callback === undefined ? await TOKEN_KINDS["transaction state"]() : token,
        "code",
        token.value,
      ),
  },
};

/** Headers, cookies, pages and RPC. Every session route takes the header `Authorization`, as `GET /me` does. */
export const OTHER_CONSUMERS: Record<string, TokenConsumer> = {
  "header Authorization": {
    accepts: ["access"],
    use: async ({ value }) => isOk(await service.get("/me", value)),
  },
  "header Authorization of POST /logout": {
    accepts: ["access", "access for another audience"],
    use: ({ value }) => post("/logout", {}, value),
  },
  "header X-CSRF-Token": {
    accepts: ["CSRF"],
    use: async (token) => {
      const browser = browserOf(token);
      if (!token.jar) await browser.csrfToken();
      const { email } = await registerVerifiedUser(service);
      const body = { email, password: PASSWORD, transport: "cookie" };
      return isOk(await browser.send("POST", "/login", body, { "X-CSRF-Token": token.value }));
    },
  },
  "cookie gh_access": {
    accepts: ["access"],
    use: async ({ value }) =>
      isOk(await service.call("GET", "/api/auth/me", undefined, undefined, cookie("access", value))),
  },
  "cookie gh_refresh": {
    accepts: ["refresh"],
    use: async ({ value }) => {
      const page = await service.call("GET", "/account", undefined, undefined, cookie("refresh", value));
      return page.status === 200;
    },
  },
  "cookie gh_device": {
    accepts: ["device"],
    use: (token) =>
      isDeviceKnown(token, (email) =>
        newDevice.call(
          "POST",
          "/api/auth/login",
          { email, password: PASSWORD },
          undefined,
          cookie("device", token.value),
        ),
      ),
  },
  "cookie gh_social": {
    accepts: ["transaction cookie"],
    use: (token) => {
      const jar = new Map([["__Host-gh_social", token.value]]);
      const request = ({ callback }: IssuedToken) => {
        const state = new URL(callback ?? "", "http://gatehouse.test").searchParams.get("state") ?? "";
        return requestCallback({ value: "", callback, jar }, "state", state);
      };
      return token.callback === undefined ? unusedCallback(request) : request(token);
    },
  },
  "cookie gh_challenge": {
    accepts: ["challenge cookie"],
    use: async ({ value, jar = new Map() }) => {
      const browser = openPageBrowser(newDevice);
      for (const [name, kept] of jar) browser.jar.set(name, kept);
      browser.jar.set("__Host-gh_challenge", value);
      return (await browser.send("GET", "/sign-in/code")).status === 200;
    },
  },
  "cookie gh_email_code": {
    accepts: ["email code cookie"],
    use: async ({ value, jar = new Map() }) => {
      const browser = openPageBrowser(service);
      for (const [name, kept] of jar) browser.jar.set(name, kept);
      browser.jar.set("__Host-gh_email_code", value);
      return (await browser.send("GET", "/sign-in/email-code")).status === 200;
    },
  },
  "page /verify-email": {
    accepts: VERIFYING,
    use: async ({ value }) =>
      isOk(await openPageBrowser(service).send("GET", `/verify-email?token=${encodeURIComponent(value)}`)),
  },
  "page /reset-password": {
    accepts: RESETTING,
    use: async ({ value }) =>
      isOk(await openPageBrowser(service).send("GET", `/reset-password?token=${encodeURIComponent(value)}`)),
  },
  "page /cancel-factor-removal": {
    accepts: ["cancellation of a factor removal"],
    use: async ({ value }) =>
      isOk(
        await openPageBrowser(service).send(
          "GET",
          `/cancel-factor-removal?token=${encodeURIComponent(value)}`,
        ),
      ),
  },
  "RPC verifyToken": {
    accepts: FOR_APP,
    use: async ({ value }) => (await worker.call("verifyToken", value, { strict: true })).ok,
  },
  "RPC verifyApiKey": {
    accepts: ["API key"],
    use: async ({ value }) => (await worker.call("verifyApiKey", value)).ok,
  },
  "POST /oauth/token code": {
    accepts: ["authorization code"],
    use: async (token) => {
      const { value: code, verifier = "v".repeat(43) } = token;
      return isOk(await redeem(service, await clientOf(token), { code, verifier }));
    },
  },
  "POST /oauth/token device_code": {
    accepts: ["device code"],
    use: async (token) =>
      isOk(await pollDevice(service, await clientOf(token), { device_code: token.value })),
  },
  "POST /oauth/introspect token": {
    accepts: [...FOR_APP, "access of a machine", "refresh of an app", "refresh of a device", "API key"],
    use: async (token) => {
      const credentials = credentialsOf(await clientOf(token));
      const answer = await postForm(service, "/oauth/introspect", { ...credentials, token: token.value });
      return jsonOf(answer).active === true;
    },
  },
  "GET /oauth/logout id_token_hint": {
    accepts: ["ID token of an app"],
    use: async ({ value }) => {
      const query = new URLSearchParams({ id_token_hint: value });
      return isOk(await openPageBrowser(service).send("GET", `/oauth/logout?${query}`));
    },
  },
  "POST /oauth/token refresh_token": {
    accepts: ["refresh of an app", "refresh of a device"],
    use: async (token) => isOk(await refresh(service, await clientOf(token), token.value)),
  },
  "header Authorization of GET /oauth/userinfo": {
    accepts: OF_CLIENTS,
    use: async ({ value }) => isOk(await service.call("GET", "/oauth/userinfo", undefined, value)),
  },
};
