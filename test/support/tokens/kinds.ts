import { createKey } from "../api-keys.ts";
import {
  createCodes,
  offerAuthenticator,
  registerOnKnownDevice,
  registerWithAuthenticator,
  startChallenge,
  totpCodeOf,
} from "../authenticators.ts";
import { openBrowser } from "../browser.ts";
import { APP_AUDIENCE, holderOf, newApp, signInToApp } from "../client-app.ts";
import { DEVICE_GRANT, decide, pollDevice, startDevice } from "../devices.ts";
import { requestEmailCode } from "../email-codes.ts";
import { requestRemoval, userWithFactor } from "../factor-removals.ts";
import { openLoopback } from "../loopback/loopback.ts";
import { authorizedCode, requestTokens, type TestClient, tokensOf } from "../oauth.ts";
import {
  enableSecondFactor,
  markDeviceAsKnown,
  requestPhoneCode,
  startReauthentication,
  startSecondFactor,
} from "../one-time-codes.ts";
import { openPageBrowser, signedInPageBrowser } from "../pages.ts";
import { idTokenOf, startRedirect } from "../social/browser-flow.ts";
import { socialUser } from "../social/users.ts";
import {
  newAddress,
  PASSWORD,
  register,
  registerAndLogIn,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../users.ts";
import {
  apple,
  captchaProof,
  MACHINE_SCOPE,
  newDevice,
  providers,
  service,
  WIDGET_TOKEN,
} from "./service.ts";

/** A token, with what its right consumer needs beside it. */
export type IssuedToken = {
  readonly value: string;
  /** The address that a device is known for. */
  readonly knownFor?: string;
  /** An access token of its owner. */
  readonly access?: string;
  /** The code of a challenge; the challenge of a code. */
  readonly code?: string;
  readonly challengeId?: string;
  /** The kind of factor that a code is of, if it is not that of its challenge. */
  readonly factor?: string;
  /** The enrolment that a code belongs to. */
  readonly enrolmentToken?: string;
  /** The cookies of the browser that it is bound to. */
  readonly jar?: ReadonlyMap<string, string>;
  /** The callback URL that it is part of. */
  readonly callback?: string;
  /** The URL after a posted response, which it is part of. */
  readonly posted?: string;
  /** The OAuth client that it was issued to, and the verifier of a code. */
  readonly client?: TestClient;
  readonly verifier?: string;
};

async function appSession() {
  const client = await newApp(service);
  const { token } = await registerAndLogIn(service);
  return { client, ...(await signInToApp(service, client, token)) };
}

/** A device that its user has allowed, and that has not asked for its tokens yet. */
async function allowedDevice() {
  const client = await newApp(service, { grantTypes: [DEVICE_GRANT, "refresh_token"] });
  const { email } = await registerVerifiedUser(service);
  const device = await startDevice(service, client, { resource: APP_AUDIENCE, scope: "openid" });
  await decide(await signedInPageBrowser(service, email), device);
  return { client, device };
}

async function deviceSession() {
  const { client, device } = await allowedDevice();
  return { client, ...tokensOf(await pollDevice(service, client, device)) };
}

async function loginChallenge() {
  const { email, token } = await registerAndLogIn(service);
  await markDeviceAsKnown(token);
  await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
  return startSecondFactor(service, email);
}

async function phoneChallenge() {
  const { token } = await registerAndLogIn(service);
  return { access: token, ...(await requestPhoneCode(service, token)) };
}

async function reauthenticationChallenge() {
  const { email, token } = await registerAndLogIn(service);
  await enableSecondFactor(service, token);
  return { access: token, ...(await startReauthentication(service, email, token)) };
}

const emailCodeOfUser = async () => requestEmailCode(service, (await registerVerifiedUser(service)).email);
async function authenticatorChallenge() {
  const { email, token, authenticator } = await registerWithAuthenticator(service);
  return { access: token, authenticator, challengeId: await startChallenge(service, email) };
}

async function enrolment() {
  const { token } = await registerOnKnownDevice(service);
  const { enrolmentToken, secret } = await offerAuthenticator(service, token);
  return { access: token, enrolmentToken, code: totpCodeOf(service, secret) };
}

async function socialRedirect() {
  const user = socialUser();
  await providers.setUser(user);
  const browser = openBrowser(service);
  const callback = await startRedirect(browser, "github", user);
  const { searchParams } = new URL(callback, "http://gatehouse.test");
  return { callback, jar: browser.jar, searchParams };
}

const cookieValue = (jar: ReadonlyMap<string, string>, name: string): string =>
  jar.get(`__Host-gh_${name}`) ?? "";

/** Issues a new token of each kind that the service issues or accepts. */
export const TOKEN_KINDS = {
  access: async () => ({ value: (await registerAndLogIn(service)).token }),
  "access for another audience": async () => {
    const { email } = await registerVerifiedUser(service);
    const { data } = (await service.post("/login", { email, password: PASSWORD, audience: "app" })).body;
    return { value: data.token };
  },
  "access of an app": async () => ({ value: (await appSession()).access_token }),
  refresh: async () => ({ value: (await registerAndLogIn(service)).refreshToken }),
  "refresh of an app": async () => {
    const { client, refresh_token: value } = await appSession();
    return { value, client };
  },
  "ID token of an app": async () => ({ value: (await appSession()).id_token }),
  "access of a machine": async () => {
    const client = await newApp(service, { grantTypes: ["client_credentials"], scopes: [MACHINE_SCOPE] });
    const form = { grant_type: "client_credentials", resource: APP_AUDIENCE };
    return { value: tokensOf(await requestTokens(service, client, form)).access_token, client };
  },
  "device code": async () => {
    const { client, device } = await allowedDevice();
    return { value: device.device_code, client };
  },
  "access of a device": async () => {
    const { client, access_token: value } = await deviceSession();
    return { value, client };
  },
  "refresh of a device": async () => {
    const { client, refresh_token: value } = await deviceSession();
    return { value, client };
  },
  "logout token": async () => {
    const receiver = openLoopback();
    const client = await newApp(service, { backchannelLogoutUri: receiver.url });
    const { token } = await registerAndLogIn(service);
    await signInToApp(service, client, token);
    await service.post("/logout", {}, token);
    const [request] = await receiver.requests();
    const value = new URLSearchParams(request?.body).get("logout_token");
    if (value === null) throw new Error("no logout token was sent");
    return { value, client };
  },
  "authorization code": async () => {
    const client = await newApp(service);
    const user = holderOf((await registerAndLogIn(service)).token);
    const { code, verifier } = await authorizedCode(service, {
      ...{ user, client, resource: APP_AUDIENCE, scope: "openid" },
    });
    return { value: code, client, verifier };
  },
  device: async () => {
    const { email } = await registerVerifiedUser(service);
    const { data } = (await service.post("/login", { email, password: PASSWORD })).body;
    return { value: data.deviceToken, knownFor: email };
  },
  CSRF: async () => {
    const browser = openBrowser(service);
    return { value: await browser.csrfToken(), jar: browser.jar };
  },
  "pre-session cookie": async () => {
    const browser = openBrowser(service);
    await browser.csrfToken();
    return { value: cookieValue(browser.jar, "csrf") };
  },
  "address verification": async () => ({
    value: await tokenMailedTo(service, (await register(service)).email),
  }),
  "address change": async () => {
    const { token } = await registerAndLogIn(service);
    const newEmail = newAddress();
    await service.post("/me/email", { newEmail, password: PASSWORD }, token);
    return { value: await tokenMailedTo(service, newEmail) };
  },
  "password reset": async () => {
    const { email } = await registerVerifiedUser(service);
    await service.post("/forgot-password", { email });
    return { value: await tokenMailedTo(service, email) };
  },
  invitation: async () => {
    const email = newAddress();
    await usersApiAs(service, await signedInAs(service, "admin")).call("POST", "", { email, name: "Grace" });
    return { value: await tokenMailedTo(service, email) };
  },
  "sign-in challenge": async () => {
    const { challengeId, ...more } = await loginChallenge();
    return { value: challengeId, ...more };
  },
  "sign-in code": async () => {
    const { code, ...more } = await loginChallenge();
    return { value: code, ...more };
  },
  "challenge cookie": async () => {
    const { email } = await registerVerifiedUser(newDevice);
    const browser = openPageBrowser(newDevice);
    await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    return { value: cookieValue(browser.jar, "challenge"), jar: browser.jar };
  },
  "email code challenge": async () => {
    const { challengeId, code } = await emailCodeOfUser();
    return { value: challengeId, code };
  },
  "email code": async () => {
    const { challengeId, code } = await emailCodeOfUser();
    return { value: code, challengeId };
  },
  "email code cookie": async () => {
    const browser = openPageBrowser(service);
    const { email } = await registerVerifiedUser(service);
    await browser.submit(await browser.visit("/sign-in"), { email }, "code");
    return { value: cookieValue(browser.jar, "email_code"), jar: browser.jar };
  },
  "phone challenge": async () => {
    const { challengeId, ...more } = await phoneChallenge();
    return { value: challengeId, ...more };
  },
  "phone challenge cookie": async () => {
    const { challengeId, ...more } = await phoneChallenge();
    return { value: `${challengeId}.1`, ...more };
  },
  "phone code": async () => {
    const { code, ...more } = await phoneChallenge();
    return { value: code, ...more };
  },
  "reauthentication challenge": async () => {
    const { challengeId, ...more } = await reauthenticationChallenge();
    return { value: challengeId, ...more };
  },
  "reauthentication challenge cookie": async () => {
    const { challengeId, ...more } = await reauthenticationChallenge();
    return { value: `/account ${challengeId}.1`, ...more };
  },
  "reauthentication code": async () => {
    const { code, ...more } = await reauthenticationChallenge();
    return { value: code, ...more };
  },
  "authenticator code": async () => {
    const { authenticator, ...more } = await authenticatorChallenge();
    return { value: authenticator.code(), factor: "totp", ...more };
  },
  "recovery code": async () => {
    const { authenticator: _, ...more } = await authenticatorChallenge();
    const [value = ""] = await createCodes(service, more.access);
    return { value, factor: "recovery_code", ...more };
  },
  "authenticator enrolment": async () => {
    const { enrolmentToken, ...more } = await enrolment();
    return { value: enrolmentToken, ...more };
  },
  "enrolment code": async () => {
    const { code, ...more } = await enrolment();
    return { value: code, ...more };
  },
  "cancellation of a factor removal": async () => {
    const { email, id } = await userWithFactor(service);
    await requestRemoval(service, id);
    return { value: await tokenMailedTo(service, email) };
  },
  "captcha widget": async () => ({ value: WIDGET_TOKEN }),
  "captcha proof": async () => ({ value: (await captchaProof(WIDGET_TOKEN)).body.data.humanProof }),
  "transaction state": async () => {
    const { searchParams, ...more } = await socialRedirect();
    return { value: searchParams.get("state") ?? "", ...more };
  },
  "transaction cookie": async () => {
    const { searchParams: _, ...more } = await socialRedirect();
    return { value: cookieValue(more.jar, "social"), ...more };
  },
  "response handle": async () => {
    const { browser, nonce, path } = await apple.startAndPost(service);
    const iat = Math.floor(service.clock.now() / 1000);
    const claims = { nonce, sub: crypto.randomUUID(), email: newAddress(), iat, exp: iat + 300 };
    await apple.answer(apple.tokens(await apple.sign(claims)), apple.keySet);
    return { value: path.split("response=")[1] ?? "", posted: path, jar: browser.jar };
  },
  "provider's code": async () => {
    const { searchParams, ...more } = await socialRedirect();
    return { value: searchParams.get("code") ?? "", ...more };
  },
  "provider's ID token": async () => ({ value: await idTokenOf("google", socialUser()) }),
  "API key": async () => ({ value: (await createKey(service, (await registerAndLogIn(service)).token)).key }),
  "provider's access token": async () => ({ value: await providers.tokenOf(socialUser()) }),
} satisfies Record<string, () => Promise<IssuedToken>>;

export type TokenKind = keyof typeof TOKEN_KINDS;

/** What each purpose of a derived key signs, hashes or seals. Null: nothing that anybody presents. */
export const KINDS_BY_KEY_PURPOSE: Record<string, readonly TokenKind[] | null> = {
  "password-pepper": null,
  "refresh-token": ["refresh", "refresh of an app", "refresh of a device"],
  "device-token": ["device"],
  "csrf-token": ["CSRF", "challenge cookie", "email code cookie"],
  "challenge-code": ["sign-in code", "email code", "phone code", "reauthentication code"],
  "lock-key": null,
  "device-address": null,
  "rate-key": null,
  "send-target": null,
  "social-round": null,
  "factor-removal": ["cancellation of a factor removal"],
  "seal-factor": ["authenticator code", "authenticator enrolment", "enrolment code"],
  "recovery-code": ["recovery code"],
  "seal-signing-key": [
    "access",
    "access for another audience",
    "access of an app",
    "access of a machine",
    "access of a device",
    "ID token of an app",
    "logout token",
  ],
  "seal-challenge": ["email code challenge"],
  "seal-mail": null,
  "seal-request": null,
  "registration-salt": null,
  // Of the device flow: test/worker/oauth/device enters user codes.
  "user-code": null,
  // It seals URLs of this service and of clients, which are no credentials.
  "seal-authorization": null,
  // Events for Workers of the team, and tokens of providers.
  "seal-event": null,
  "seal-provider-token": null,
  // Values of a form, which are restored in the form of their own user only.
  "form-owner": null,
  "seal-draft": null,
  "seal-provider-response": ["response handle"],
};

/** The kinds whose hash each column stores. Null: a password, or what only the OAuth endpoints and RPC take (`test/worker/oauth`). */
export const KINDS_BY_HASH_COLUMN: Record<string, readonly TokenKind[] | null> = {
  "accounts.password_hash": null,
  "queued_requests.password_hash": null,
  "used_id_tokens.token_hash": ["provider's ID token"],
  "email_tokens.token_hash": ["address verification", "address change", "password reset", "invitation"],
  "one_time_codes.code_hash": ["sign-in code", "phone code", "reauthentication code"],
  "email_sign_in_codes.code_hash": ["email code"],
  "recovery_codes.code_hash": ["recovery code"],
  "captcha_proofs.proof_hash": ["captcha proof"],
  "oauth_transactions.state_hash": ["transaction state"],
  "oauth_transactions.binding_hash": ["transaction cookie"],
  "oauth_transactions.response_hash": ["response handle"],
  // test/worker/oauth presents the other secrets of clients wherever they are refused.
  "oauth_client_secrets.secret_hash": null,
  "oauth_client_assertions.jti_hash": null,
  "oauth_authorization_codes.code_hash": ["authorization code"],
  "oauth_pushed_requests.request_hash": null,
  "oauth_device_requests.device_code_hash": ["device code"],
  "oauth_device_requests.user_code_hash": null,
  "api_keys.secret_hash": ["API key"],
};

export const KIND_BY_EMAIL_PURPOSE: Record<string, TokenKind> = {
  verify_email: "address verification",
  change_email: "address change",
  reset_password: "password reset",
  invite: "invitation",
};

export const KIND_BY_CHALLENGE_PURPOSE: Record<string, TokenKind> = {
  login: "sign-in challenge",
  phone: "phone challenge",
  reauthentication: "reauthentication challenge",
};

/** The kind that each cookie holds. Null: no credential. */
export const KIND_BY_COOKIE: Record<string, TokenKind | null> = {
  gh_access: "access",
  gh_refresh: "refresh",
  gh_device: "device",
  gh_csrf: "pre-session cookie",
  gh_social: "transaction cookie",
  gh_challenge: "challenge cookie",
  gh_email_code: "email code cookie",
  gh_phone: "phone challenge cookie",
  gh_confirm: "reauthentication challenge cookie",
  gh_notice: null,
  gh_draft: null,
  gh_address: null,
  gh_way: null,
  gh_lang: null,
};
