import { env } from "cloudflare:workers";
import { openBrowser } from "./browser.ts";
import { holderOf, newApp } from "./client-app.ts";
import { requestEmailCode } from "./email-codes.ts";
import { authorizedCode, jsonOf, redeem, refresh } from "./oauth.ts";
import { mailedCodeTo, startSecondFactor } from "./one-time-codes.ts";
import { openPageBrowser } from "./pages.ts";
import { registerWithPasskey, signInOptions } from "./passkeys.ts";
import type { ApiResponse, Service } from "./service.ts";
import { startService } from "./service.ts";
import { idTokenOf, returnFromProvider, startRedirect } from "./social/browser-flow.ts";
import { linkGitHub } from "./social/inserted-rows.ts";
import type { openProviders } from "./social/providers.ts";
import { socialUser } from "./social/users.ts";
import { linkMailedTo, logIn, PASSWORD, registerVerifiedUser, tokenMailedTo } from "./users.ts";

/** What a request led to. `challenge`: a second factor is asked for. */
export type Outcome = "session" | "challenge" | "refused";

export type Prepared = {
  readonly email: string;
  /** Makes the request. */
  attempt(): Promise<Outcome>;
};

type Scope = { readonly service: Service; readonly providers: ReturnType<typeof openProviders> };

/** Prepares an account and everything that the request needs, while the account may sign in. */
export type Way = (scope: Scope) => Promise<Prepared>;

const byBody = ({ body }: Pick<ApiResponse, "body">): Outcome =>
  body.data?.token ? "session" : body.data?.otpRequired ? "challenge" : "refused";

const byCookies = (jar: ReadonlyMap<string, string>): Outcome =>
  jar.has("__Host-gh_access") ? "session" : jar.has("__Host-gh_challenge") ? "challenge" : "refused";

const byOAuth = (answer: ApiResponse): Outcome =>
  jsonOf(answer).access_token === undefined ? "refused" : "session";

const newUser = async ({ service }: Scope) => (await registerVerifiedUser(service)).email;

/** A user with a linked identity of GitHub. */
async function gitHubUser(scope: Scope) {
  const email = await newUser(scope);
  const user = socialUser({ id: await linkGitHub(email, scope.providers.issuer), email });
  await scope.providers.setUser(user);
  return { email, user };
}

const always = ({ service }: Scope) =>
  startService({ env: { ...service.env, LOGIN_OTP: "always" }, clock: service.clock });

/** The code of a browser session for an app. */
async function codeOfSession(scope: Scope) {
  const email = await newUser(scope);
  const client = await newApp(scope.service);
  const user = holderOf((await logIn(scope.service, email)).token);
  const authorization = { user, client, resource: "", scope: "openid" };
  return { email, client, code: await authorizedCode(scope.service, authorization) };
}

/** Every way to a session, by the route that it ends at. */
export const WAYS: Readonly<Record<string, Way>> = {
  "POST /api/auth/login": async (scope) => {
    const email = await newUser(scope);
    return {
      email,
      attempt: async () => byBody(await scope.service.post("/login", { email, password: PASSWORD })),
    };
  },
  "POST /api/auth/login/otp": async (scope) => {
    const email = await newUser(scope);
    const challenge = await startSecondFactor(always(scope), email);
    return { email, attempt: async () => byBody(await scope.service.post("/login/otp", challenge)) };
  },
  "POST /api/auth/login/passkey": async ({ service }) => {
    const { email, authenticator } = await registerWithPasskey(service);
    const { challengeId, options } = await signInOptions(service);
    const assertion = await authenticator.get(options);
    return {
      email,
      attempt: async () => byBody(await service.post("/login/passkey", { challengeId, assertion })),
    };
  },
  "POST /api/auth/social/:provider/token": async (scope) => {
    const { email, user } = await gitHubUser(scope);
    const accessToken = await scope.providers.tokenOf(user);
    return {
      email,
      attempt: async () => byBody(await scope.service.post("/social/github/token", { accessToken })),
    };
  },
  "POST /api/auth/social/:provider/token, by the verified address": async (scope) => {
    const email = `${crypto.randomUUID()}@gmail.com`;
    await registerVerifiedUser(scope.service, email);
    // The provider has the real time: its token must not be from the future of a clock that stands still.
    const { clock } = scope.service;
    clock.advance(Math.max(0, Date.now() - clock.now()));
    const idToken = await idTokenOf("google", socialUser({ email }));
    return {
      email,
      attempt: async () => byBody(await scope.service.post("/social/google/token", { idToken })),
    };
  },
  "GET /api/auth/social/:provider/callback": async (scope) => {
    const { email, user } = await gitHubUser(scope);
    const browser = openBrowser(scope.service);
    const callback = await startRedirect(browser, "github", user);
    return {
      email,
      attempt: async () => {
        const answer = await returnFromProvider(browser, callback);
        const location = answer.headers.get("Location") ?? "";
        return location.includes("challengeId=") ? "challenge" : byCookies(browser.jar);
      },
    };
  },
  "POST /oauth/token, a code": async (scope) => {
    const { email, client, code } = await codeOfSession(scope);
    return { email, attempt: async () => byOAuth(await redeem(scope.service, client, code)) };
  },
  "POST /oauth/token, a refresh token": async (scope) => {
    const { email, client, code } = await codeOfSession(scope);
    const { refresh_token: token } = jsonOf(await redeem(scope.service, client, code));
    return { email, attempt: async () => byOAuth(await refresh(scope.service, client, String(token))) };
  },
  "POST /api/auth/refresh": async (scope) => {
    const email = await newUser(scope);
    const { refreshToken } = await logIn(scope.service, email);
    return { email, attempt: async () => byBody(await scope.service.post("/refresh", { refreshToken })) };
  },
  "POST /api/auth/reset-password": async (scope) => {
    const email = await newUser(scope);
    await scope.service.post("/forgot-password", { email });
    const body = { token: await tokenMailedTo(scope.service, email), newPassword: "another quiet harbour" };
    return { email, attempt: async () => byBody(await scope.service.post("/reset-password", body)) };
  },
  "POST /api/auth/login/email-code/verify": async (scope) => {
    const email = await newUser(scope);
    const challenge = await requestEmailCode(scope.service, email);
    return {
      email,
      attempt: async () => byBody(await scope.service.post("/login/email-code/verify", challenge)),
    };
  },
  "POST /sign-in": async (scope) => {
    const email = await newUser(scope);
    const browser = openPageBrowser(scope.service);
    const page = await browser.visit("/sign-in");
    return {
      email,
      attempt: async () => {
        await browser.press(page, { email, password: PASSWORD });
        return byCookies(browser.jar);
      },
    };
  },
  "POST /sign-in/code": async (scope) => {
    const email = await newUser(scope);
    const browser = openPageBrowser(always(scope));
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    const code = await mailedCodeTo(scope.service, email);
    return {
      email,
      attempt: async () => {
        await browser.press(page, { code });
        return browser.jar.has("__Host-gh_access") ? "session" : "refused";
      },
    };
  },
  "POST /sign-in/email-code": async (scope) => {
    const email = await newUser(scope);
    const browser = openPageBrowser(scope.service);
    const page = await browser.submit(await browser.visit("/sign-in"), { email }, "code");
    const code = await mailedCodeTo(scope.service, email);
    return {
      email,
      attempt: async () => {
        await browser.press(page, { code });
        return byCookies(browser.jar);
      },
    };
  },
  "POST /reset-password": async (scope) => {
    const email = await newUser(scope);
    await scope.service.post("/forgot-password", { email });
    const browser = openPageBrowser(scope.service);
    const page = await browser.visit(await linkMailedTo(scope.service, email));
    return {
      email,
      attempt: async () => {
        await browser.submit(page, { newPassword: "another quiet harbour" });
        return byCookies(browser.jar);
      },
    };
  },
};

const update = (email: string, columns: string) =>
  env.DB.prepare(`UPDATE accounts SET ${columns} WHERE email = ?`).bind(email).run();

/** States in which an account must not, or not fully, sign in. They are set by SQL, so no material is voided. */
export const STATES = {
  locked: async (service: Service, email: string) => {
    for (let failure = 0; failure < 10; failure++) {
      await service.post("/login", { email, password: "not the password" });
    }
  },
  deactivated: (_: Service, email: string) => update(email, "status = 'deactivated'"),
  unverified: (_: Service, email: string) => update(email, "email_verified_at = NULL"),
  "second factor due": (_: Service, email: string) =>
    env.DB.prepare(
      "INSERT INTO factors (id, account_id, kind, created_at) SELECT ?, id, 'email_otp', 1 FROM accounts WHERE email = ?",
    )
      .bind(crypto.randomUUID(), email)
      .run(),
  invited: async ({ clock }: Service, email: string) => {
    await update(email, "email_verified_at = NULL, password_hash = NULL");
    await env.DB.prepare(
      `INSERT INTO email_tokens (token_hash, account_id, purpose, email, email_key, created_at, expires_at)
       SELECT ?, id, 'invite', email, email_key, ?, ? FROM accounts WHERE email = ?`,
    )
      .bind(crypto.randomUUID(), clock.now(), clock.now() + 60_000, email)
      .run();
  },
} as const;

export type State = keyof typeof STATES;
