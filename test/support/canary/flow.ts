import { env } from "cloudflare:workers";
import { keyRequest } from "../api-keys.ts";
import { createAuthenticator } from "../authenticator.ts";
import { totpCodeOf } from "../authenticators.ts";
import { insertGrant } from "../connected-apps.ts";
import { tinyPng } from "../image-parts.ts";
import { consent } from "../social/browser-flow.ts";
import { socialUser } from "../social/users.ts";
import type { ApiDriver } from "./api-driver.ts";
import { requestFactorRemovals } from "./factor-flow.ts";
import { undoDeletion } from "./own-data-flow.ts";

const MINUTE = 60_000;

export async function signUp(driver: ApiDriver) {
  const { ask, post, captchaToken, password, address, mailedToken, watched } = driver;
  const [email, first] = [address(), password("number one")];
  const body = { email, password: first, name: "Ada", captchaToken: captchaToken() };
  await post("/register", body);
  await post("/register", { ...body, captchaToken: captchaToken() });
  watched.clock.advance(2 * MINUTE);
  await post("/verify-email/resend", { email });
  const token = await mailedToken(email);
  await ask("GET", `/verify-email?token=${token}`);
  await post("/verify-email", { token });
  return { email, first };
}

export async function exerciseSessionsAndProfile(driver: ApiDriver, email: string, currentPassword: string) {
  const { ask, post, issuedBy, password, logIn, watched } = driver;
  for (let wrong = 0; wrong < 5; wrong += 1)
    await post("/login", { email, password: password("a wrong one") });
  const { token = "", refreshToken = "", deviceToken } = await logIn(email, currentPassword);
  await ask("GET", "/me", { token });
  await ask("PATCH", "/me", { token, body: { name: "Grace", lastName: "Hopper", age: 40 } });
  await ask("GET", "/sessions", { token });
  const [next] = [issuedBy(await post("/refresh", { refreshToken }))];
  issuedBy(await post("/refresh", { refreshToken }));
  watched.clock.advance(2 * MINUTE);
  await post("/refresh", { refreshToken });
  await post("/refresh", { refreshToken: next.refreshToken });
  return deviceToken;
}

export async function exerciseSecondFactor(
  driver: ApiDriver,
  email: string,
  currentPassword: string,
  deviceToken?: string,
) {
  const { ask, post, issuedBy, captchaToken, mailedCode, logIn, watched } = driver;
  const { token } = await logIn(email, currentPassword, { deviceToken });
  await post("/me/otp", { enabled: true, password: currentPassword }, token);
  const answer = await post("/login", { email, password: currentPassword, captchaToken: captchaToken() });
  const { challengeId } = answer.body.data;
  await mailedCode(email);
  await post("/login/otp", { challengeId, code: watched.canaries.plant("a wrong code", "404404") });
  watched.clock.advance(2 * MINUTE);
  await post("/login/otp/resend", { challengeId });
  const tokens = issuedBy(await post("/login/otp", { challengeId, code: await mailedCode(email) }));
  const reauthentication = await post("/me/reauthenticate", { password: currentPassword }, tokens.token);
  const code = await mailedCode(email);
  const reauthenticate = (typed: string) =>
    post(
      "/me/reauthenticate/otp",
      { challengeId: reauthentication.body.data.challengeId, code: typed },
      tokens.token,
    );
  await reauthenticate("404404");
  await reauthenticate(code);
  await post("/me/otp", { enabled: false, password: currentPassword }, tokens.token);
  const devices = (await ask("GET", "/me/devices", { token: tokens.token })).body.data as { id: string }[];
  await ask("DELETE", `/me/devices/${devices.at(-1)?.id}`, { token: tokens.token });
  const grantId = await insertGrant(email);
  await ask("GET", "/me/apps", { token: tokens.token });
  await ask("DELETE", `/me/apps/${grantId}`, { token: tokens.token });
  await post("/logout", undefined, tokens.token);
}

/** Adds a passkey on a known device, reauthenticates and signs in by it. */
export async function exercisePasskeys(
  { post, issuedBy, logIn }: ApiDriver,
  email: string,
  currentPassword: string,
  deviceToken?: string,
) {
  const { token } = await logIn(email, currentPassword, { deviceToken });
  const authenticator = createAuthenticator();
  const creation = await post("/me/factors/passkeys/options", undefined, token);
  const attestation = await authenticator.create(creation.body.data.options);
  await post("/me/factors/passkeys", { attestation, label: "Laptop" }, token);
  const reauthentication = (await post("/me/reauthenticate/options", undefined, token)).body.data;
  const proof = { factor: "passkey", assertion: await authenticator.get(reauthentication.options) };
  await post("/me/reauthenticate", proof, token);
  const { challengeId, options } = (await post("/login/passkey/options", {})).body.data;
  const assertion = await authenticator.get(options);
  issuedBy(await post("/login/passkey", { challengeId, assertion, deviceToken }));
  await post("/login/passkey", { challengeId, assertion, deviceToken });
  await post("/login/otp/options", { challengeId });
}

export async function exerciseApiKeys(driver: ApiDriver, email: string, currentPassword: string) {
  const { ask, post, issuedBy, logIn, watched } = driver;
  const { token } = await logIn(email, currentPassword);
  const created = await post("/me/keys", keyRequest(watched.earlier), token);
  const { key = "" } = issuedBy(created);
  await watched.call("verifyApiKey", key);
  await ask("GET", "/me", { token: key });
  await ask("GET", "/me/keys", { token });
  await ask("DELETE", `/me/keys/${created.body.data.id}`, { token });
  await watched.call("verifyApiKey", key);
}

export async function exerciseFactors(
  driver: ApiDriver,
  email: string,
  currentPassword: string,
  deviceToken?: string,
) {
  const { ask, post, issuedBy, captchaToken, logIn, watched } = driver;
  const { canaries } = watched;
  // The session of a known device may add a factor.
  const known = await logIn(email, currentPassword, { deviceToken });
  const { token } = await logIn(email, currentPassword, { deviceToken: known.deviceToken ?? deviceToken });
  const offered = await post("/me/factors/totp", undefined, token);
  const { enrolmentToken, secret, uri } = offered.body.data;
  canaries.plantIssued("an enrolment token", enrolmentToken, offered);
  canaries.plantIssued("a secret of an authenticator", secret, offered);
  const code = (steps = 0) =>
    canaries.plant("a code of an authenticator", totpCodeOf(watched, secret, steps));
  await post("/me/factors/totp/verify", { enrolmentToken, code: "404404", label: uri.slice(0, 7) }, token);
  await post("/me/factors/totp/verify", { enrolmentToken, code: code() }, token);
  const created = await post("/me/factors/recovery-codes", undefined, token);
  for (const each of created.body.data.codes) canaries.plantIssued("a recovery code", each, created);
  watched.clock.advance(MINUTE);
  const body = { email, password: currentPassword, captchaToken: captchaToken() };
  const { challengeId } = (await post("/login", body)).body.data;
  await post("/login/otp", { challengeId, code: "404404" });
  issuedBy(await post("/login/otp", { challengeId, code: code() }));
  // The account has a passkey, too.
  const listed: readonly { id: string; kind: string }[] = (await ask("GET", "/me/factors", { token })).body
    .data.factors;
  const path = `/me/factors/${listed.find(({ kind }) => kind === "totp")?.id}`;
  await ask("PATCH", path, { token, body: { label: "Phone" } });
  await ask("DELETE", path, { token });
}

export async function changePhoneNumbers(driver: ApiDriver, email: string, currentPassword: string) {
  const { ask, post, number, textedCode, logIn, watched } = driver;
  const { token } = await logIn(email, currentPassword);
  await post("/me/reauthenticate", { password: currentPassword }, token);
  const phone = number();
  const { challengeId } = (await post("/me/phone", { phone }, token)).body.data;
  const code = await textedCode(phone);
  await post("/me/phone", { phone: number() }, token);
  await post("/me/phone", { phone: `${phone}x` }, token);
  await post("/me/phone/verify", { challengeId, code: "404404" }, token);
  await post("/login/otp", { challengeId, code });
  await post("/me/phone/verify", { challengeId, code }, token);
  await ask("GET", "/me", { token });
  watched.clock.advance(2 * MINUTE);
  const next = number();
  await post("/me/phone", { phone: next }, token);
  await textedCode(next);
  await ask("DELETE", "/me/phone", { token });
}

export async function changeEmailAndPasswords(driver: ApiDriver, email: string, first: string) {
  const { ask, post, issuedBy, captchaToken, password, address, mailedToken, logIn } = driver;
  const { token } = await logIn(email, first);
  const [newEmail, second, third] = [address(), password("number two"), password("number three")];
  await post("/me/email", { newEmail, password: first }, token);
  await post("/verify-email", { token: await mailedToken(newEmail) });
  await post("/me/password", { currentPassword: first, newPassword: second }, token);
  const proof = issuedBy(await post("/captcha/verify", { token: captchaToken() })).humanProof;
  await post("/forgot-password", { email: newEmail, captchaToken: proof });
  const reset = await mailedToken(newEmail);
  await ask("GET", `/reset-password?token=${reset}`);
  await post("/reset-password", { token: reset, newPassword: newEmail });
  await post("/reset-password", { token: reset, newPassword: third });
  await post("/reset-password", { token: reset, newPassword: password("never set") });
  return { email: newEmail, third };
}

export async function exerciseCookieSession(driver: ApiDriver, email: string, currentPassword: string) {
  const { ask, issuedBy, captchaToken } = driver;
  const anonymous = issuedBy(await ask("GET", "/csrf-token"));
  const cookies = (from: Record<string, string>) =>
    Object.entries(from)
      .filter(([name]) => name.startsWith("__Host-"))
      .map((pair) => pair.join("="))
      .join("; ");
  const headersOf = (from: Record<string, string>) => ({
    Cookie: cookies(from),
    "X-CSRF-Token": from.csrfToken ?? "",
    Origin: "http://gatehouse.test",
  });
  const body = { email, password: currentPassword, transport: "cookie", captchaToken: captchaToken() };
  const session = issuedBy(await ask("POST", "/login", { body, headers: headersOf(anonymous) }));
  issuedBy(await ask("GET", "/csrf-token", { headers: headersOf(session) }));
  await ask("PATCH", "/me", { body: { name: "Ada" }, headers: headersOf(session) });
  await ask("PATCH", "/me", { body: { name: "Ada" }, headers: { Cookie: cookies(session) } });
  const next = issuedBy(await ask("POST", "/refresh", { headers: headersOf(session) }));
  await ask("POST", "/logout", { headers: headersOf({ ...session, ...next }) });
}

/** A user signs in with GitHub: with an access token of a client app, and by redirect. */
export async function signInWithProvider(
  driver: ApiDriver,
  { email, third }: { email: string; third: string },
) {
  const { ask, post, issuedBy, watched } = driver;
  // A password reset also invalidates sign-ins of the same millisecond of the test clock.
  watched.clock.advance(1000);
  const { canaries, social } = watched;
  const providerUser = socialUser({ email });
  await social.setUser(providerUser);
  const accessToken = canaries.plant("a provider's token", await social.tokenOf(providerUser));
  const { token } = issuedBy(await post("/social/github/token", { accessToken }));
  await post("/social/github/token", { accessToken: `${accessToken}x` });
  await ask("GET", "/social");
  const start = await ask("GET", "/social/github/start");
  const cookie = issuedBy(start)["__Host-gh_social"];
  const path = (await consent(start.headers.get("Location") ?? "", providerUser)).replace("/api/auth", "");
  canaries.plant("a provider's code", /code=(\w+)/.exec(path)?.[1] ?? "");
  issuedBy(await ask("GET", path, { headers: { Cookie: `__Host-gh_social=${cookie}` } }));
  await ask("GET", "/me/identities", { token });
  await ask("DELETE", "/me/identities/github", { token });
  for (const password of [driver.password("that is wrong for linking"), third])
    await post("/me/identities/github", { accessToken, password }, token);
}

/** A user signs in with Apple, whose page posts the response. */
export async function signInWithApple({ ask, issuedBy, address, watched }: ApiDriver) {
  const { apple, canaries, clock } = watched;
  await apple.answer(apple.metadata);
  const start = await ask("GET", "/social/apple/start");
  const cookie = issuedBy(start)["__Host-gh_social"];
  const { searchParams } = new URL(start.headers.get("Location") ?? "");
  const code = canaries.plant("a provider's code", "canary-code-of-apple");
  const posted = await ask("POST", "/social/apple/callback", {
    body: new URLSearchParams({ state: searchParams.get("state") ?? "", code }).toString(),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });
  const path = (posted.headers.get("Location") ?? "").replace("/api/auth", "");
  canaries.plantIssued("a response handle", path.split("response=")[1], posted);
  const iat = Math.floor(clock.now() / 1000);
  const claims = { nonce: searchParams.get("nonce") ?? "", email: address(), iat, exp: iat + 300 };
  await apple.answer(apple.tokens(await apple.sign(claims)), apple.keySet);
  issuedBy(await ask("GET", path, { headers: { Cookie: `__Host-gh_social=${cookie}` } }));
}

/** A superuser performs every admin operation on a user. */
export async function administerUser(driver: ApiDriver, email: string, currentPassword: string) {
  const { ask, post, address, password, mailedToken, logIn } = driver;
  await env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?").bind(email).run();
  const { token = "" } = await logIn(email, currentPassword);
  const [userEmail, userPassword] = [address(), password("of an invited user")];
  const invited = await post("/users", { email: userEmail, name: "Grace" }, token);
  await post("/reset-password", { token: await mailedToken(userEmail), newPassword: userPassword });
  const user = await logIn(userEmail, userPassword);
  const avatar = { body: tinyPng, headers: { "Content-Type": "image/png" } };
  await ask("PUT", "/me/avatar", { ...avatar, token: user.token });
  await ask("DELETE", "/me/avatar", { token: user.token });
  const { id } = invited.body.data;
  const named = { id, email: userEmail, password: userPassword };
  await requestFactorRemovals(driver, named, token);
  await undoDeletion(driver, named, token);
  const path = `/users/${id}`;
  await ask("PUT", `${path}/avatar`, { ...avatar, token });
  await ask("DELETE", `${path}/avatar`, { token });
  await ask("GET", `/users?search=${encodeURIComponent(userEmail)}`, { token });
  await ask("GET", path, { token });
  await ask("PATCH", path, { token, body: { lastName: "Hopper" } });
  await ask("PUT", `${path}/role`, { token, body: { role: "admin" } });
  for (const act of ["unlock", "reset-password"]) await post(`${path}/${act}`, undefined, token);
  await mailedToken(userEmail);
  for (const act of ["deactivate", "activate"]) await post(`${path}/${act}`, undefined, token);
  await ask("DELETE", `${path}/sessions`, { token });
  await post(`${path}/deactivate`, undefined, token);
  await ask("GET", "/audit", { token });
  await ask("DELETE", path, { token });
  await administerClient(driver, token);
  await post("/logout", undefined, token);
  await env.DB.prepare("UPDATE accounts SET role = 'user' WHERE email = ?").bind(email).run();
}

/** A superuser performs every operation on an OAuth client. */
async function administerClient({ ask, post, watched }: ApiDriver, token: string): Promise<void> {
  const body = { name: "Notes", redirectUris: ["https://app.example.com/callback"] };
  const created = await post("/clients", body, token);
  const { client, secret } = created.body.data;
  watched.canaries.plantIssued("the secret of a client", secret, created);
  const path = `/clients/${client.id}`;
  await ask("GET", "/clients", { token });
  await ask("PATCH", path, { token, body: { name: "Renamed" } });
  const rotated = await post(`${path}/secrets`, { overlapSeconds: 60 }, token);
  watched.canaries.plantIssued("the second secret of a client", rotated.body.data.secret, rotated);
  const { secrets } = (await ask("GET", path, { token })).body.data;
  await ask("DELETE", `${path}/secrets/${secrets[0].id}`, { token });
  await ask("GET", `${path}/grants`, { token });
  await ask("DELETE", path, { token });
}

export async function deleteAccount(driver: ApiDriver, email: string, currentPassword: string) {
  const { ask, post, captchaToken, logIn } = driver;
  const { token } = await logIn(email, currentPassword);
  const list = (await ask("GET", "/sessions", { token })).body.data as { id: string }[];
  for (const { id } of list.slice(1)) await ask("DELETE", `/sessions/${id}`, { token });
  await post("/logout-all", undefined, token);
  const last = await logIn(email, currentPassword);
  await post("/me/deactivate", { password: currentPassword }, last.token);
  await post("/login", { email, password: currentPassword, captchaToken: captchaToken() });
}

/** Another Worker calls every RPC method, with valid and invalid tokens. */
export async function callRpcMethods(driver: ApiDriver, email: string, currentPassword: string) {
  const { logIn, watched } = driver;
  const { call } = watched;
  const { token = "", refreshToken = "" } = await logIn(email, currentPassword);
  const verified = await call("verifyToken", token);
  await call("verifyToken", token, { strict: true });
  for (const invalid of [`${token}x`, refreshToken, email]) await call("verifyToken", invalid);
  const id = verified.ok ? verified.session.userId : "";
  await call("getUser", id);
  await call("getUsers", [id, email]);
  await call("can", id, "users:list");
  await call("revokeSession", token);
  await call("revokeUser", id);
  // `revokeUser` also revokes sessions that start in the same millisecond of the test clock.
  watched.clock.advance(1000);
  for (const value of [token, email]) await call("getUser", value);
}
