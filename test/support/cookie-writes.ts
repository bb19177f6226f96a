import { operationPartOf } from "../../src/http/openapi-operation.ts";
import { createKey, keyRequest } from "./api-keys.ts";
import { createAuthenticator } from "./authenticator.ts";
import { totpCodeOf } from "./authenticators.ts";
import type { Browser } from "./browser.ts";
import { signedInBrowser } from "./browser.ts";
import { CALLBACK, registeredClient } from "./client-administration.ts";
import { insertGrant } from "./connected-apps.ts";
import { requestEmailCode } from "./email-codes.ts";
import { requestRemoval } from "./factor-removals.ts";
import { ALL_KINDS, enableFactor, markDevicesAsKnown, mayEnableTexts, trustDevice } from "./factors.ts";
import { tinyPng } from "./image-parts.ts";
import { insertFactor } from "./number-factor.ts";
import {
  enableSecondFactor,
  mailedCodeTo,
  newPhoneNumber,
  requestPhoneCode,
  verifyPhoneNumber,
} from "./one-time-codes.ts";
import { setDeletionDue } from "./pending-deletion.ts";
import type { ApiResponse, Service } from "./service.ts";
import { linkGitHub } from "./social/inserted-rows.ts";
import { openProviders } from "./social/providers.ts";
import { socialUser } from "./social/users.ts";
import { accountIdOf, logIn, newAddress, PASSWORD, registerVerifiedUser } from "./users.ts";

/** A state-changing route that accepts cookies as credentials. */
export type CookieWrite = { readonly method: string; readonly path: string };

const TRANSPORT = [
  { method: "POST", path: "/login" },
  { method: "POST", path: "/login/otp" },
  { method: "POST", path: "/login/email-code/verify" },
  { method: "POST", path: "/refresh" },
  { method: "POST", path: "/social/:provider/token" },
];

const providers = openProviders();

/** Variables with which every cookie write can succeed. */
export const COOKIE_WRITE_VARIABLES = { ...providers.variables, SECOND_FACTORS: ALL_KINDS };

/** The state-changing routes that need a session (read from the router) and the routes that read or set its cookies. */
export function cookieWrites({ app }: Service): CookieWrite[] {
  const behindSession = app.routes
    .filter(
      ({ method, handler }) => !["GET", "HEAD", "ALL"].includes(method) && operationPartOf(handler)?.session,
    )
    .map(({ method, path }) => ({ method, path: path.replace("/api/auth", "") }));
  return [...behindSession, ...TRANSPORT];
}

export type PreparedWrite = {
  readonly browser: Browser;
  send(headers?: Record<string, string | null>): Promise<ApiResponse>;
};

const loginFields = { email: "", password: PASSWORD, transport: "cookie" };

/** A browser with a session, and the request to this route. The caller of `send` adds the headers. */
export async function prepareWrite(service: Service, { method, path }: CookieWrite): Promise<PreparedWrite> {
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInBrowser(service, email);
  const login = { ...loginFields, email };
  const bodies: Record<string, () => Promise<object | undefined> | object | undefined> = {
    "POST /login": () => login,
    "POST /login/otp": async () => {
      await markDevicesAsKnown(email);
      await browser.write("POST", "/me/otp", { enabled: true, password: PASSWORD });
      const { challengeId } = (await browser.write("POST", "/login", login)).body.data;
      return { challengeId, code: await mailedCodeTo(service, email), transport: "cookie" };
    },
    "POST /login/email-code/verify": async () => ({
      ...(await requestEmailCode(service, email)),
      transport: "cookie",
    }),
    "POST /refresh": () => undefined,
    "POST /social/:provider/token": async () => ({
      accessToken: await providers.tokenOf(socialUser()),
      transport: "cookie",
    }),
    "POST /me/identities/:provider": async () => ({
      accessToken: await providers.tokenOf(socialUser()),
      password: PASSWORD,
    }),
    "DELETE /me/identities/:provider": async () => {
      await linkGitHub(email);
      return undefined;
    },
    "POST /logout": () => undefined,
    "POST /logout-all": () => undefined,
    "DELETE /sessions/:id": () => undefined,
    "PATCH /me": () => ({ name: "Grace" }),
    "POST /me/password": () => ({ currentPassword: PASSWORD, newPassword: "another quiet harbour" }),
    "POST /me/email": () => ({ newEmail: newAddress(), password: PASSWORD }),
    "POST /me/otp": async () => {
      await markDevicesAsKnown(email);
      return { enabled: true, password: PASSWORD };
    },
    "POST /me/reauthenticate": () => ({ password: PASSWORD }),
    "POST /me/reauthenticate/otp": async () => {
      await enableSecondFactor(service, (await logIn(service, email)).token);
      const { data } = (await browser.write("POST", "/me/reauthenticate", { password: PASSWORD })).body;
      return { challengeId: data.challengeId, code: await mailedCodeTo(service, email) };
    },
    "POST /me/reauthenticate/code": () => ({}),
    "POST /me/reauthenticate/options": () => undefined,
    "POST /me/factors/removal/cancel": async () => {
      await insertFactor(email, "totp", null);
      await requestRemoval(service, await accountIdOf(email));
      return undefined;
    },
    "DELETE /me/devices/:id": () => undefined,
    "DELETE /me/devices/:id/trust": () => undefined,
    "POST /me/factors/sms": async () => {
      await mayEnableTexts(email, newPhoneNumber());
      return undefined;
    },
    "POST /me/factors/totp": () => mayEnrol(service, browser, email),
    "POST /me/factors/totp/verify": async () => {
      await mayEnrol(service, browser, email);
      const { enrolmentToken, secret } = (await browser.write("POST", "/me/factors/totp")).body.data;
      return { enrolmentToken, code: totpCodeOf(service, secret) };
    },
    "POST /me/factors/recovery-codes": async () => {
      await mayEnrol(service, browser, email);
      await enableFactor(email, "email_otp");
      return undefined;
    },
    "POST /me/factors/passkeys/options": () => mayEnrol(service, browser, email),
    "POST /me/factors/passkeys": async () => {
      await mayEnrol(service, browser, email);
      const { data } = (await browser.write("POST", "/me/factors/passkeys/options")).body;
      return { attestation: await createAuthenticator().create(data.options) };
    },
    "PATCH /me/factors/:id": () => ({ label: "Phone" }),
    "DELETE /me/factors/:id": () => undefined,
    "POST /me/sign-up-answers": () => ({ fields: {} }),
    "POST /me/keys": () => keyRequest(service),
    "DELETE /me/keys/:id": () => undefined,
    "DELETE /me/apps/:id": () => undefined,
    "POST /me/phone": () => ({ phone: newPhoneNumber() }),
    "POST /me/phone/verify": async () => {
      const { challengeId, code } = await requestPhoneCode(service, (await logIn(service, email)).token);
      return { challengeId, code };
    },
    "DELETE /me/phone": async () => {
      await verifyPhoneNumber(service, (await logIn(service, email)).token);
      return undefined;
    },
    "POST /me/deactivate": () => ({ password: PASSWORD }),
    "DELETE /me": () => undefined,
    // Their sessions stay, unlike those of a user who has requested it.
    "POST /me/deletion/cancel": async () => {
      await setDeletionDue(service, await accountIdOf(email));
      return undefined;
    },
    "PUT /me/avatar": () => tinyPng,
    "PUT /users/:id/avatar": () => tinyPng,
    "DELETE /me/avatar": () => undefined,
    "POST /users": () => ({ email: newAddress(), name: "Grace" }),
    "PATCH /users/:id": () => ({ name: "Grace" }),
    "DELETE /users/:id": () => undefined,
    "DELETE /users/:id/avatar": () => undefined,
    "DELETE /users/:id/sessions": () => undefined,
    "DELETE /users/:id/factors": () => undefined,
    "POST /users/:id/factors/removal/cancel": () => undefined,
    "POST /users/:id/activate": () => undefined,
    "POST /users/:id/deletion/cancel": () => undefined,
    "POST /users/:id/deactivate": () => undefined,
    "POST /users/:id/unlock": () => undefined,
    "POST /users/:id/reset-password": () => undefined,
    "PUT /users/:id/role": () => ({ role: "admin" }),
    "POST /clients": () => ({ name: "Notes", redirectUris: [CALLBACK] }),
    "PATCH /clients/:id": () => ({ name: "Renamed" }),
    "DELETE /clients/:id": () => undefined,
    "POST /clients/:id/secrets": () => ({ overlapSeconds: 0 }),
    "DELETE /clients/:id/secrets/:secretId": () => undefined,
  };
  const bodyOf = bodies[`${method} ${path}`];
  if (!bodyOf) throw new Error(`${method} ${path} accepts cookies, but this file has no body for it`);
  const body = await bodyOf();
  const filled = path
    .replace(":provider", "github")
    .replace(":id", await idFor(service, browser, path, email))
    .replace(":secretId", await newestSecretId(service));
  const type: Record<string, string> = body === tinyPng ? { "Content-Type": "image/png" } : {};
  return { browser, send: (headers = {}) => browser.send(method, filled, body, { ...type, ...headers }) };
}

/** Shows a mailed code in the session, since the password alone may not enrol a factor on an unknown device. */
async function mayEnrol(service: Service, browser: Browser, email: string): Promise<undefined> {
  const { challengeId } = (await browser.write("POST", "/me/reauthenticate/code", {})).body.data;
  const code = await mailedCodeTo(service, email);
  const { status, text } = await browser.write("POST", "/me/reauthenticate/otp", { challengeId, code });
  if (status !== 200) throw new Error(`reauthentication answered ${status}: ${text}`);
}

async function newestSecretId({ env }: Service): Promise<string> {
  const newest = "SELECT id FROM oauth_client_secrets ORDER BY rowid DESC LIMIT 1";
  return String(await env.DB.prepare(newest).first("id"));
}

/** For `/users` and `/clients`: makes the caller a superuser and returns the id of another account, or of a client. Otherwise returns the id of the caller's session, device or app. */
async function idFor(service: Service, browser: Browser, path: string, email: string): Promise<string> {
  if (path.startsWith("/me/devices")) {
    const [device] = (await browser.send("GET", "/me/devices")).body.data as { id: string }[];
    if (device) await trustDevice(device.id);
    return device?.id ?? "";
  }
  if (path.startsWith("/me/keys")) {
    return (await createKey(service, (await logIn(service, email)).token)).id;
  }
  if (path.startsWith("/clients")) {
    await service.env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?").bind(email).run();
    return (await registeredClient(service)).client.id;
  }
  if (path === "/me/deletion/cancel") return "";
  if (path === "/me/factors/:id") return insertFactor(email, "totp", null);
  if (path.startsWith("/me/apps")) return insertGrant(email);
  if (!path.startsWith("/users")) {
    const [session] = (await browser.send("GET", "/sessions")).body.data as { id: string }[];
    return session?.id ?? "";
  }
  await service.env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?").bind(email).run();
  const { email: otherEmail } = await registerVerifiedUser(service);
  const other = await accountIdOf(otherEmail);
  if (path.includes("/factors")) await insertFactor(otherEmail, "totp", null);
  if (path.includes("/removal")) await requestRemoval(service, other);
  const isDeletion = path === "/users/:id";
  if (path === "/users/:id/deletion/cancel") await setDeletionDue(service, other);
  if (isDeletion) {
    await service.env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE id = ?").bind(other).run();
  }
  return other;
}
