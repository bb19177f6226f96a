import type { ApiDriver } from "./api-driver.ts";

const MINUTE = 60_000;

type User = { readonly email: string; readonly password: string };

/** A user signs in by mailed code: with the second one, after a wrong one. */
export async function signInByEmailCode(driver: ApiDriver, email: string) {
  const { post, issuedBy, captchaToken, mailedCode, watched } = driver;
  const answer = await post("/login/email-code", { email, captchaToken: captchaToken() });
  const { challengeId } = answer.body.data;
  await mailedCode(email);
  watched.clock.advance(2 * MINUTE);
  await post("/login/email-code/resend", { challengeId });
  const code = await mailedCode(email);
  await post("/login/email-code/verify", { challengeId, code: "404404" });
  const { token } = issuedBy(await post("/login/email-code/verify", { challengeId, code }));
  await post("/logout", undefined, token);
}

/** The token of a session that may add a factor, because its device was known before. */
async function logInOnKnownDevice({ logIn, watched }: ApiDriver, { email, password }: User) {
  // A change to the account makes devices of the same millisecond of the test clock unknown.
  watched.clock.advance(1000);
  const { deviceToken } = await logIn(email, password);
  watched.clock.advance(1000);
  return (await logIn(email, password, { deviceToken })).token;
}

/** A user enables mailed and texted codes, trusts a device by a mailed one, and reauthenticates by a texted one. */
export async function exerciseTextedCodes(driver: ApiDriver, { email, password }: User) {
  const { post, issuedBy, captchaToken, number, mailedCode, textedCode, watched } = driver;
  const token = await logInOnKnownDevice(driver, { email, password });
  const phone = number();
  const verification = (await post("/me/phone", { phone }, token)).body.data;
  const code = await textedCode(phone);
  await post("/me/phone/verify", { challengeId: verification.challengeId, code }, token);
  await post("/me/factors/sms", undefined, token);
  await post("/me/otp", { enabled: true, password }, token);
  watched.clock.advance(MINUTE);
  const { challengeId } = (await post("/login", { email, password, captchaToken: captchaToken() })).body.data;
  await textedCode(phone);
  watched.clock.advance(2 * MINUTE);
  await post("/login/otp/send", { challengeId, factor: "email_otp" });
  const answer = { challengeId, code: await mailedCode(email), factor: "email_otp", rememberDevice: true };
  const session = issuedBy(await post("/login/otp", answer));
  await endTrust(driver, session.token);
  const sent = await post("/me/reauthenticate/code", { factor: "sms_otp" }, session.token);
  const reauthentication = {
    challengeId: sent.body.data.challengeId,
    code: await textedCode(phone),
    password,
  };
  await post("/me/reauthenticate/otp", reauthentication, session.token);
}

async function endTrust({ ask }: ApiDriver, token?: string) {
  const devices: readonly { id: string; trustedUntil: string | null }[] = (
    await ask("GET", "/me/devices", { token })
  ).body.data;
  const trusted = devices.find(({ trustedUntil }) => trustedUntil !== null);
  await ask("DELETE", `/me/devices/${trusted?.id}/trust`, { token });
}

/** An admin requests the removal of a user's factors twice. The user cancels the first one, the admin the second. */
export async function requestFactorRemovals(
  driver: ApiDriver,
  { id, email, password }: User & { readonly id: string },
  adminToken: string,
) {
  const { ask, post, mailedToken } = driver;
  const token = await logInOnKnownDevice(driver, { email, password });
  await post("/me/otp", { enabled: true, password }, token);
  await ask("DELETE", `/users/${id}/factors`, { token: adminToken });
  await mailedToken(email);
  await post("/me/factors/removal/cancel", undefined, token);
  await ask("DELETE", `/users/${id}/factors`, { token: adminToken });
  await mailedToken(email);
  await post(`/users/${id}/factors/removal/cancel`, undefined, adminToken);
  await post("/me/otp", { enabled: false, password }, token);
}
