import { decodeJwt } from "jose";
import { type Authenticator, createAuthenticator } from "./authenticator.ts";
import type { Service } from "./service.ts";
import { PASSWORD, registerVerifiedUser } from "./users.ts";

/** Signs in twice with one device, which is known the second time. */
async function logInOnKnownDevice(service: Service, email: string) {
  const first = await service.post("/login", { email, password: PASSWORD });
  const { deviceToken } = first.body.data;
  const again = await service.post("/login", { email, password: PASSWORD, deviceToken });
  return { again, deviceToken };
}

export const tokenOnKnownDevice = async (service: Service, email: string): Promise<string> =>
  (await logInOnKnownDevice(service, email)).again.body.data.token;

/** A user who has signed in on a known device, which may enrol a first factor. */
export async function registerOnKnownDevice(service: Service) {
  const { email } = await registerVerifiedUser(service);
  const { again, deviceToken } = await logInOnKnownDevice(service, email);
  const { token, refreshToken } = again.body.data as { token: string; refreshToken: string };
  return {
    email,
    id: decodeJwt(token).sub as string,
    token,
    refreshToken,
    deviceToken: deviceToken as string,
  };
}

export async function creationOptions(service: Service, token: string) {
  const answer = await service.post("/me/factors/passkeys/options", undefined, token);
  if (answer.status !== 200) throw new Error(`options answered ${answer.status}: ${answer.text}`);
  return answer.body.data.options;
}

/** Adds a passkey to the user's account. Returns its row of the answer. */
export async function addPasskey(
  service: Service,
  token: string,
  authenticator: Authenticator,
  label?: string,
) {
  const attestation = await authenticator.create(await creationOptions(service, token));
  const answer = await service.post("/me/factors/passkeys", { attestation, label }, token);
  if (answer.status !== 201) throw new Error(`registration answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

/** A user with a passkey in a new authenticator. */
export async function registerWithPasskey(
  service: Service,
  settings: Parameters<typeof createAuthenticator>[0] = {},
) {
  const user = await registerOnKnownDevice(service);
  const authenticator = createAuthenticator(settings);
  const passkey = await addPasskey(service, user.token, authenticator);
  return { ...user, authenticator, passkey };
}

export async function signInOptions(service: Service) {
  const answer = await service.post("/login/passkey/options", {});
  if (answer.status !== 200) throw new Error(`options answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

/** A whole sign-in by passkey, as an API client. `overrides`: what the authenticator or the browser does differently. */
export async function signInByPasskey(
  service: Service,
  authenticator: Authenticator,
  overrides: Parameters<Authenticator["get"]>[1] = {},
  credential?: Parameters<Authenticator["get"]>[2],
) {
  const { challengeId, options } = await signInOptions(service);
  const assertion = await authenticator.get(options, overrides, credential);
  return service.post("/login/passkey", { challengeId, assertion });
}

export const amrOf = (token: string): unknown => decodeJwt(token).amr;
