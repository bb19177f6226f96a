import { env } from "cloudflare:workers";
import { getTableName } from "drizzle-orm";
import { getTableConfig } from "drizzle-orm/sqlite-core";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import * as schema from "../../../src/db/schema.ts";
import { SCHEDULE } from "../../../src/jobs/run-scheduled.ts";
import { createKey } from "../../support/api-keys.ts";
import { createCodes, registerWithAuthenticator, startChallenge } from "../../support/authenticators.ts";
import { pushRequest, signInToClient } from "../../support/authorization-requests.ts";
import { openBrowser } from "../../support/browser.ts";
import { administerClient } from "../../support/client-administration.ts";
import { newApp, pageFor, signInToApp } from "../../support/client-app.ts";
import { connectAndRevokeApp } from "../../support/connected-apps.ts";
import { recordD1 } from "../../support/d1.ts";
import { createDeviceClient, decide, enterCode, pollDevice, startDevice } from "../../support/devices.ts";
import { enterEmailCode, requestChallenge, signInByCode } from "../../support/email-codes.ts";
import { requestRemoval, WAITING_PERIOD } from "../../support/factor-removals.ts";
import { storeVerifiedPhone } from "../../support/factors.ts";
import { createUnreachableKv } from "../../support/kv.ts";
import { openLoopback } from "../../support/loopback/loopback.ts";
import { insertFactor } from "../../support/number-factor.ts";
import {
  authorizeClient,
  authorizedCode,
  createClient,
  credentialsOf,
  NOTES,
  ONE_RESOURCE,
  postForm,
  redeem,
  refresh,
  requestTokens,
  signedInUser,
  tokensOf,
} from "../../support/oauth.ts";
import { insertClient } from "../../support/oauth-clients.ts";
import {
  mailedCodeTo,
  markDeviceAsKnown,
  newPhoneNumber,
  requestPhoneCode,
  startReauthentication,
  startSecondFactor,
  verifyPhoneNumber,
  wrongCode,
} from "../../support/one-time-codes.ts";
import { openPageBrowser, signedInPageBrowser } from "../../support/pages.ts";
import { registerWithPasskey, signInByPasskey } from "../../support/passkeys.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { idTokenOf, signInWithBrowser } from "../../support/social/browser-flow.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import {
  accountIdOf,
  administeredUser,
  linkMailedTo,
  logIn,
  newAddress,
  PASSWORD,
  register,
  registerAndVerify,
  registerVerifiedUser,
  registerVerifyAndLogIn,
  signedInAs,
  tokenMailedTo,
} from "../../support/users.ts";

const d1 = recordD1(env.DB);
// Send caps are on, because they are part of the statements. A dead KV disables the rate limits.
const LIMITS_ON = { RATE_LIMITS: "{}", BURST: undefined, KV: createUnreachableKv() };
const CAPTCHA = { CAPTCHA_PROVIDER: "turnstile", CAPTCHA_SITE_KEY: "key", CAPTCHA_SECRET: "secret" };
const providers = openProviders();
const service = startService({
  // A Worker that adds claims, so that the token endpoint reads what is presented.
  env: {
    ...LIMITS_ON,
    ...providers.variables,
    ...ONE_RESOURCE,
    DB: d1.db,
    SIGN_UP_FIELDS: '[{"name":"company","type":"text","label":"Company"}]',
    USERNAME_SIGN_IN: "on",
    CLAIMS: { claimsFor: () => ({}) },
  },
});

/** Statements of pages that the API does not issue. */
async function visitPages(): Promise<void> {
  for (const role of ["admin", "superuser"] as const) {
    const { email } = await signedInAs(service, role);
    const browser = await signedInPageBrowser(service, email);
    for (const path of ["/account", "/admin/audit", "/admin/mail"]) {
      if ((await browser.visit(path)).path !== path) throw new Error(`${path} was not shown`);
    }
    if (role === "admin") {
      const app = await newApp(service, { resources: [] });
      await browser.visit(pageFor(app, "/sign-in"));
      await signInToApp(service, app, browser.jar.get("__Host-gh_refresh") ?? "");
    }
  }
}

/** Signs in by cookies over a session, which the second sign-in ends. */
async function openBrowserTwice(email: string): Promise<void> {
  const browser = openBrowser(service);
  const body = { email, password: PASSWORD, transport: "cookie" };
  for (let times = 0; times < 2; times += 1) await browser.write("POST", "/login", body);
}

/** Uses every feature, so that the service issues each of its statements once. */
async function useAllFeatures(): Promise<void> {
  const { email, token, refreshToken } = await registerVerifyAndLogIn(service);
  await register(service, email, { username: "query.plan", lastName: "L", age: 30 });
  await service.post("/verify-email/resend", { email: (await register(service)).email });
  await service.get("/me", token);
  await service.get("/sessions", token);
  await service.call("PATCH", "/api/auth/me", { username: "planned", age: 31 }, token);
  await service.post("/me/sign-up-answers", { fields: { company: "Acme" } }, token);
  await service.post("/login", { username: "planned", password: PASSWORD });
  await service.post("/refresh", { refreshToken });
  service.clock.advance(11_000);
  // The retry of a lost answer, then its use, then a reuse.
  const retried = (await service.post("/refresh", { refreshToken })).body.data;
  await service.post("/refresh", { refreshToken: retried.refreshToken });
  await service.post("/refresh", { refreshToken });
  await openBrowserTwice(email);
  const again = await logIn(service, email);
  const costlier = startService({ env: { DB: d1.db, PASSWORD_HASH_BLOCKS: "2" }, clock: service.clock });
  await logIn(costlier, email);
  const newEmail = newAddress();
  await service.post("/me/email", { newEmail, password: PASSWORD }, again.token);
  await service.post("/verify-email", { token: await tokenMailedTo(service, newEmail) });
  const other = await logIn(service, newEmail);
  const sessions = (await service.get("/sessions", again.token)).body.data as {
    id: string;
    current: boolean;
  }[];
  const notMine = sessions.find((session) => !session.current)?.id;
  await service.call("DELETE", `/api/auth/sessions/${notMine}`, undefined, again.token);
  const change = { currentPassword: PASSWORD, newPassword: "a newer lighthouse" };
  await service.post("/me/password", change, again.token);
  await service.post("/forgot-password", { email: newEmail });
  const resetToken = await tokenMailedTo(service, newEmail);
  await service.get(`/reset-password?token=${resetToken}`);
  await service.post("/reset-password", { token: resetToken, newPassword: PASSWORD });
  await service.post("/logout", undefined, other.token);
  const last = await logIn(service, newEmail);
  await service.post("/logout-all", undefined, last.token);
  await env.DB.prepare("UPDATE accounts SET role = 'superuser'").run();
  await deletion(newEmail);
  await service.post("/me/deactivate", { password: PASSWORD }, (await logIn(service, newEmail)).token);
  await env.DB.prepare("UPDATE accounts SET role = 'user'").run();
  await administration();
  await clients();
  await oauthTransactions();
  await mailOutcomes();
  await secondFactorAndLockout();
  await factors();
  await factorRemovals();
  await emailCodes();
  await phoneNumbers();
  await captchas();
  await visitPages();
  await otherWorkers();
  await oauthClients();
  await devices();
  await authorizations();
  await service.call("GET", "/dev/mailbox");
  service.clock.advance(30 * 24 * 60 * 60_000);
  for (const cron of Object.keys(SCHEDULE)) await service.runCron(cron);
  service.clock.advance(40 * 24 * 60 * 60_000);
  for (const cron of Object.keys(SCHEDULE)) await service.runCron(cron);
  const rotated = {
    DB: d1.db,
    AUTH_SECRET: "the next root secret, of 32 bytes or more",
    AUTH_SECRET_PREVIOUS: "a test's root secret, 32 bytes or more",
  };
  await startService({ env: rotated, clock: service.clock }).runCron("17 * * * *");
}

/** Consent, pushed and silent requests, connected apps, and a logout by a client. */
async function authorizations(): Promise<void> {
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  const foreign = await insertClient({ resources: [], scopes: ["openid"] });
  for (const answer of ["deny", "allow"]) {
    const pushed = await pushRequest(service, foreign, { scope: "openid" });
    await browser.submit(await browser.visit(pushed), {}, answer);
  }
  await connectAndRevokeApp(service, browser);
  const own = await insertClient({ isFirstParty: true, resources: [], scopes: ["openid"] });
  const { id_token = "" } = await signInToClient(service, browser, own, { scope: "openid" });
  await browser.visit("/account/sessions");
  await browser.visit(`/oauth/logout?id_token_hint=${id_token}`);
}

/** The deletion of the own account, its undo and its erasure, with a Worker that is told of it; and the export. */
async function deletion(email: string): Promise<void> {
  const isolate = { ...LIMITS_ON, DB: d1.db, EVENTS_TEAM: { onAuthEvent: () => undefined } };
  const told = startService({ clock: service.clock, env: isolate });
  const { token } = await logIn(service, email);
  await told.get("/me/export", token);
  await told.call("DELETE", "/api/auth/me", undefined, token);
  await told.post("/me/deletion/cancel", undefined, (await logIn(told, email)).token);
  await signedInAs(told, "superuser");
  const due = await registerVerifiedUser(told);
  await env.DB.prepare("UPDATE accounts SET deletion_due_at = 1 WHERE email = ?").bind(due.email).run();
  await told.runCron("* * * * *");
  const failing = { onAuthEvent: () => Promise.reject(new Error("down")) };
  const atOnce = startService({
    clock: service.clock,
    env: { ...isolate, EVENTS_TEAM: failing, ACCOUNT_DELETION_DAYS: "0" },
  });
  await atOnce.call("DELETE", "/api/auth/me", undefined, (await signedInAs(atOnce, "user")).token);
  await env.DB.prepare("UPDATE event_deliveries SET due_at = 0, expires_at = 0").run();
  await atOnce.runCron("* * * * *");
  const pending = await registerVerifiedUser(told);
  const id = await accountIdOf(pending.email);
  const rpc = createRpcCaller(told, { sharesIsolate: true, props: { permissions: ["delete", "export"] } });
  await rpc.call("deleteUser", id);
  await rpc.call("exportUser", id);
  await rpc.call("cancelUserDeletion", id);
  await rpc.call("deleteUser", id, { immediately: true });
}

/** User administration and user search, as an admin and as a superuser. */
async function administration(): Promise<void> {
  const admin = await signedInAs(service, "admin");
  const superuser = await signedInAs(service, "superuser");
  const id = await administeredUser(service, superuser);
  const bootstrapEmail = newAddress();
  const unclaimed = startService({
    env: { ...LIMITS_ON, DB: d1.db, BOOTSTRAP_SUPERUSER_EMAIL: bootstrapEmail },
  });
  await registerAndVerify(unclaimed, bootstrapEmail);
  for (const { token } of [admin, superuser]) {
    const filters = ["", "role=user&status=active&", "role=user&", "status=active&"];
    for (const query of filters.flatMap((one) => [one, `${one}search=ada+example&`])) {
      const { nextCursor } = (await service.get(`/users?${query}limit=1`, token)).body.data;
      if (nextCursor) await service.get(`/users?${query}limit=1&cursor=${nextCursor}`, token);
    }
    for (const query of ["", `userId=${id}&`, "type=signed_in&", `userId=${id}&type=signed_in&`]) {
      const { nextCursor } = (await service.get(`/audit?${query}limit=1`, token)).body.data;
      if (nextCursor) await service.get(`/audit?${query}limit=1&cursor=${nextCursor}`, token);
    }
  }
}

/** OAuth clients: their administration, a registration, and a metadata document. */
async function clients(): Promise<void> {
  await administerClient(service, await signedInAs(service, "superuser"));
  const open = startService({
    env: { ...LIMITS_ON, DB: d1.db, CLIENT_REGISTRATION: "on" },
    clock: service.clock,
  });
  await open.call("POST", "/oauth/register", { redirect_uris: ["https://app.example.com/callback"] });
}

/** Correct, wrong and resent codes, and a lockout. */
async function secondFactorAndLockout(): Promise<void> {
  const { email, token } = await registerVerifyAndLogIn(service);
  await markDeviceAsKnown(token);
  await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
  const first = await startSecondFactor(service, email);
  service.clock.advance(61_000);
  await service.post("/login/otp/resend", { challengeId: first.challengeId });
  const code = await mailedCodeTo(service, email);
  await service.post("/login/otp", { challengeId: first.challengeId, code: wrongCode(code) });
  await service.post("/login/otp", { challengeId: first.challengeId, code });
  for (let guess = 0; guess < 11; guess++) await service.post("/login", { email, password: "wrong" });
  const reauthentication = await startReauthentication(service, email, token);
  const { challengeId } = reauthentication;
  const wrong = { challengeId, code: wrongCode(reauthentication.code) };
  await service.post("/me/reauthenticate/otp", wrong, token);
  await service.post("/me/reauthenticate/otp", reauthentication, token);
  await service.post("/me/reauthenticate", { factor: "totp", code: "123456" }, token);
  await service.post("/me/reauthenticate/code", {}, token);
  await service.post("/me/reauthenticate/options", undefined, token);
}

/** Authenticators, recovery codes, passkeys and texts: added, used for a sign-in and a reauthentication, and removed. */
async function factors(): Promise<void> {
  const { email, token, authenticator } = await registerWithAuthenticator(service);
  const [atSignIn = "", later = ""] = await createCodes(service, token);
  const challengeId = await startChallenge(service, email);
  await service.post("/login/otp", { challengeId, code: "000000" });
  await service.post("/login/otp", { challengeId, code: authenticator.code(), rememberDevice: true });
  const second = { challengeId: await startChallenge(service, email), factor: "recovery_code" };
  await service.post("/login/otp", { ...second, code: atSignIn });
  const proof = { factor: "recovery_code", code: later, password: PASSWORD };
  await service.post("/me/reauthenticate", proof, token);
  await storeVerifiedPhone(email, newPhoneNumber());
  await service.post("/me/factors/sms", undefined, token);
  await service.call("DELETE", "/api/auth/me/factors/sms", undefined, token);
  await service.get("/me/factors", token);
  const path = `/api/auth/me/factors/${authenticator.id}`;
  await service.call("PATCH", path, { label: "Phone" }, token);
  await service.call("DELETE", path, undefined, token);
  await passkeys();
}

async function passkeys(): Promise<void> {
  const { email, token, authenticator, passkey } = await registerWithPasskey(service);
  await signInByPasskey(service, authenticator);
  const path = `/api/auth/me/factors/${passkey.id}`;
  await service.call("PATCH", path, { isSecondFactor: true }, token);
  const challengeId = await startChallenge(service, email);
  const { options } = (await service.post("/login/otp/options", { challengeId })).body.data;
  const assertion = await authenticator.get(options);
  await service.post("/login/otp", { challengeId, factor: "passkey", assertion });
  await service.call("DELETE", path, undefined, token);
}

/** Removals of factors that are cancelled by the user, by an admin and by the link, and one that is performed. */
async function factorRemovals(): Promise<void> {
  const { email, token } = await registerVerifyAndLogIn(service);
  const id = await accountIdOf(email);
  await insertFactor(email, "totp", null);
  const { token: admin } = await requestRemoval(service, id);
  await openPageBrowser(service).visit(await linkMailedTo(service, email));
  await service.post("/me/factors/removal/cancel", undefined, token);
  await requestRemoval(service, id);
  await service.post(`/users/${id}/factors/removal/cancel`, undefined, admin);
  await requestRemoval(service, id);
  const browser = openPageBrowser(service);
  await browser.submit(await browser.visit(await linkMailedTo(service, email)));
  await requestRemoval(service, id);
  await service.post("/me/email", { newEmail: newAddress(), password: PASSWORD }, token);
  service.clock.advance(WAITING_PERIOD);
  await service.runCron("* * * * *");
}

/** Email codes of an account, of a new one and of an unverified registration; wrong ones up to the lockout. */
async function emailCodes(): Promise<void> {
  const { email } = await registerVerifiedUser(service);
  const challengeId = await requestChallenge(service, email);
  service.clock.advance(61_000);
  await service.post("/login/email-code/resend", { challengeId });
  await enterEmailCode(service, { challengeId, code: await mailedCodeTo(service, email) });
  await signInByCode(service, newAddress());
  await signInByCode(service, (await register(service)).email);
  for (let codes = 0; codes < 3; codes += 1) {
    const guessed = await requestChallenge(service, email);
    for (let tries = 0; tries < 5; tries += 1)
      await enterEmailCode(service, { challengeId: guessed, code: "000000" });
  }
}

/** Phone numbers that are requested too soon, verified, replaced and removed. */
async function phoneNumbers(): Promise<void> {
  const { token } = await registerVerifyAndLogIn(service);
  const { challengeId, code } = await requestPhoneCode(service, token);
  await service.post("/me/phone", { phone: newPhoneNumber() }, token);
  await service.post("/me/phone/verify", { challengeId, code: wrongCode(code) }, token);
  await service.post("/me/phone/verify", { challengeId, code }, token);
  service.clock.advance(61_000);
  await verifyPhoneNumber(service, token);
  await service.call("DELETE", "/api/auth/me/phone", undefined, token);
}

/** All social login cases, with and without a second factor, and a linked and unlinked identity. */
async function oauthTransactions(): Promise<void> {
  const signInWithGitHub = async (user: ReturnType<typeof socialUser>, target = service) =>
    target.post("/social/github/token", { accessToken: await providers.tokenOf(user) });
  const withSecondFactor = startService({
    env: {
      ...LIMITS_ON,
      ...providers.variables,
      DB: d1.db,
      LOGIN_OTP: "always",
      BOOTSTRAP_SUPERUSER_EMAIL: "boot@example.com",
    },
    clock: service.clock,
  });
  const user = socialUser();
  await signInWithGitHub(user);
  await signInWithGitHub(user);
  await signInWithGitHub(socialUser(), withSecondFactor);
  await signInWithGitHub(user, withSecondFactor);
  await signInWithGitHub(socialUser({ email: (await register(service)).email }));
  const { email, token } = await registerVerifyAndLogIn(service);
  await signInWithGitHub(socialUser({ email }));
  await service.get("/me/identities", token);
  await service.call("DELETE", "/api/auth/me/identities/github", undefined, token);
  const accessToken = await providers.tokenOf(socialUser({ verified: false }));
  await service.post("/me/identities/github", { accessToken, password: PASSWORD }, token);
  const idToken = async (more: Parameters<typeof socialUser>[0] = {}) => ({
    idToken: await idTokenOf("google", socialUser(more)),
  });
  await service.post("/me/identities/google", { ...(await idToken()), password: PASSWORD }, token);
  await service.post("/social/google/token", await idToken());
  // An implied address, which its owner proves by a provider, and one that is proven by a link.
  const [claimed, confirmed] = [newAddress(), newAddress()];
  await service.post("/social/google/token", await idToken({ email: claimed, hd: null }));
  await signInWithGitHub(socialUser({ email: claimed }));
  await service.post("/social/google/token", await idToken({ email: confirmed, hd: null }));
  await service.post("/verify-email/resend", { email: confirmed });
  await service.post("/verify-email", { token: await tokenMailedTo(service, confirmed) });
  const pageUser = socialUser();
  await providers.setUser(pageUser);
  await signInWithBrowser(openBrowser(service), "github", pageUser);
}

/** The tokens of OAuth clients: each grant, a replayed code, a reused refresh token, and their end. */
async function oauthClients(): Promise<void> {
  const client = await createClient(service);
  const user = await signedInUser(service);
  const code = await authorizedCode(service, { client, user });
  const { access_token: token, refresh_token: first } = tokensOf(await redeem(service, client, code));
  const fixed = await createClient(service, { rotatesRefreshTokens: false });
  await refresh(service, fixed, (await authorizeClient(service, fixed, { user })).refresh_token);
  await service.call("GET", "/oauth/userinfo", undefined, token);
  const credentials = credentialsOf(client);
  await postForm(service, "/oauth/introspect", { ...credentials, token });
  const key = await createKey(service, user.token);
  await service.get("/me/keys", user.token);
  await postForm(service, "/oauth/introspect", { ...credentials, token: key.key });
  await service.call("DELETE", `/api/auth/me/keys/${key.id}`, undefined, user.token);
  await requestTokens(service, client, { grant_type: "client_credentials", resource: NOTES });
  const { refresh_token: second } = tokensOf(await refresh(service, client, first));
  await refresh(service, client, second);
  await redeem(service, client, code);
  await refresh(service, client, first);
  const { refresh_token: revoked } = await authorizeClient(service, client, { user });
  await postForm(service, "/oauth/revoke", { ...credentials, token: revoked });
  const pair = await generateKeyPair("ES256");
  const jwks = JSON.stringify({ keys: [await exportJWK(pair.publicKey)] });
  const { id } = await createClient(service, { authMethod: "private_key_jwt", jwks });
  const now = Math.floor(service.clock.now() / 1000);
  const claims = { iss: id, sub: id, aud: "http://gatehouse.test", jti: "once", exp: now + 60 };
  const assertion = await new SignJWT(claims).setProtectedHeader({ alg: "ES256" }).sign(pair.privateKey);
  await postForm(service, "/oauth/token", {
    ...{ grant_type: "client_credentials", resource: NOTES, client_assertion: assertion },
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  });
}

/** A device that is refused, and one that is allowed, whose client cannot be told of the end of its session. */
async function devices(): Promise<void> {
  const { email } = await registerAndVerify(service);
  const browser = await signedInPageBrowser(service, email);
  const client = await createDeviceClient(service, { backchannelLogoutUri: "https://192.0.2.1/logout" });
  const [denied, allowed] = [
    await startDevice(service, client, { scope: "openid" }),
    await startDevice(service, client, { scope: "openid" }),
  ];
  await enterCode(browser, "BCDF-GHJK");
  await decide(browser, denied, "deny");
  await pollDevice(service, client, allowed);
  await decide(browser, allowed);
  await pollDevice(service, client, allowed);
  await browser.submit(await browser.visit("/sign-out"));
}

/** Calls of other Workers by RPC. */
async function otherWorkers(): Promise<void> {
  const worker = createRpcCaller(service);
  const { email, token } = await registerVerifyAndLogIn(service);
  const id = await accountIdOf(email);
  await worker.call("verifyToken", token, { strict: true });
  await worker.call("getUsers", [id, crypto.randomUUID()]);
  await worker.call("can", id, "users:list");
  await worker.call("setUserMetadata", id, { public: {}, private: null });
  const { id: keyId, key } = await createKey(service, token);
  await worker.call("verifyApiKey", key);
  await service.get("/me/keys", token);
  await service.call("DELETE", `/api/auth/me/keys/${keyId}`, undefined, token);
  await worker.call("revokeSession", crypto.randomUUID());
  await worker.call("revokeUser", id);
}

/** A captcha proof that is issued and used. */
async function captchas(): Promise<void> {
  const provider = openLoopback();
  const body = JSON.stringify({ success: true, hostname: "gatehouse.test", action: "prove" });
  await provider.answer({ kind: "respond", status: 200, body });
  const env = { ...LIMITS_ON, ...CAPTCHA, CAPTCHA_API_BASE: provider.url, DB: d1.db };
  const guarded = startService({ env, clock: service.clock });
  const { humanProof } = (await guarded.post("/captcha/verify", { token: "t" })).body.data;
  await guarded.post("/forgot-password", { email: newAddress(), captchaToken: humanProof });
}

/** A message that is retried, and a dead one. */
async function mailOutcomes(): Promise<void> {
  const unreachable = {
    DB: d1.db,
    MAIL_PROVIDER: "resend",
    MAIL_API_KEY: "key",
    MAIL_API_BASE: "http://127.0.0.1:1",
  };
  const undeliverable = startService({ env: unreachable, clock: service.clock });
  const { email } = await register(undeliverable);
  await undeliverable.post("/forgot-password", { email });
  service.clock.advance(29 * 60_000);
  await undeliverable.runCron("* * * * *");
  service.clock.advance(5 * 60_000);
  await undeliverable.runCron("* * * * *");
}

// SQLite reports these as scans, but they are none: a constant row of the statement, and FTS5's lookup
// in its own index (M: a MATCH).
const HARMLESS_SCANS = [
  /^SCAN CONSTANT ROW$/,
  /^SCAN json_each VIRTUAL TABLE/,
  /^SCAN account_search VIRTUAL TABLE INDEX \d+:M/,
  // By the hourly purge only: at most two rows for each client that an operator has registered.
  /^SCAN oauth_client_secrets$/,
];

type Operation = { readonly addr: number; readonly opcode: string; readonly p1: number };

/** The operations that begin a scan of a table or an index. A list that the statement itself has collected may be scanned. */
function scansIn(operations: readonly Operation[]): Operation[] {
  // The cursors of each program, such as that of a trigger, have numbers of their own.
  const programs: Operation[][] = [];
  for (const operation of operations) {
    if (operation.addr === 0) programs.push([]);
    programs.at(-1)?.push(operation);
  }
  return programs.flatMap((program) => {
    const collected = program.filter(({ opcode }) => opcode === "OpenEphemeral").map(({ p1 }) => p1);
    return program.filter(
      ({ opcode, p1 }) => (opcode === "Rewind" || opcode === "Last") && !collected.includes(p1),
    );
  });
}

/** A trigger of the migrations inserts the rows. */
const BY_TRIGGER = ["oauth_logout_notices", "pending_revocations"];

describe("query plans", () => {
  beforeAll(useAllFeatures);

  it("finds the rows of every statement by an index, without a full table scan", async () => {
    const distinct = new Map(d1.statements.map(({ sql, values }) => [sql, values]));
    expect(distinct.size).toBeGreaterThan(50);
    const scans: string[] = [];
    for (const [sql, values] of distinct) {
      const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...values)
        .all<{ detail: string }>();
      for (const { detail } of plan.results) {
        // A sort would read all matching accounts.
        if (/account_search/.test(sql)) expect(detail, sql).not.toContain("TEMP B-TREE");
        if (/^SCAN /.test(detail) && !HARMLESS_SCANS.some((pattern) => pattern.test(detail))) {
          scans.push(`${detail}  <-  ${sql}`);
        }
      }
    }
    expect(scans).toEqual([]);
  });

  it("finds the rows that the deletion of an account cascades to by an index", async () => {
    const deletions = d1.statements.filter(({ sql }) => sql.startsWith('delete from "accounts"'));
    expect(deletions).not.toEqual([]);
    // EXPLAIN QUERY PLAN omits what foreign keys and triggers do; EXPLAIN lists it as programs.
    const owned = Object.values(schema).flatMap((table) => getTableConfig(table).foreignKeys);
    for (const { sql, values } of deletions) {
      const { results } = await env.DB.prepare(`EXPLAIN ${sql}`)
        .bind(...values)
        .all<Operation>();
      const opcodes = results.map(({ opcode }) => opcode);
      expect(opcodes.filter((opcode) => opcode === "Program").length).toBeGreaterThan(owned.length);
      expect(scansIn(results)).toEqual([]);
    }
  });

  it("covers statements on every table", () => {
    const all = d1.statements.map(({ sql }) => sql.toLowerCase()).join("\n");
    const tables = Object.values(schema).map((table) => getTableName(table));
    expect(tables.length).toBeGreaterThan(10);
    const expected = [
      ...tables.map((table) => `from "${table}"`),
      ...tables.filter((table) => !BY_TRIGGER.includes(table)).map((table) => `insert into "${table}"`),
      'delete from "email_tokens"',
      'delete from "signing_keys"',
      'update "signing_keys"',
      'update "outbox"',
      'delete from "factors"',
      'update "factors"',
      'delete from "recovery_codes"',
      'delete from "webauthn_challenges"',
    ];
    expect(expected.filter((part) => !all.includes(part))).toEqual([]);
  });
});
