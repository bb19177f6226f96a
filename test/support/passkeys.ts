import { decodeJwt } from "jose";
import { type Authenticator, createAuthenticator } from "./authenticator.ts";
import { logInOnKnownDevice, registerOnKnownDevice } from "./authenticators.ts";
import { formsIn, type openPageBrowser, type PageResponse } from "./pages.ts";
import type { Service } from "./service.ts";

export const tokenOnKnownDevice = async (service: Service, email: string): Promise<string> =>
  (await logInOnKnownDevice(service, email)).token;

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

/** What the script of the passkeys sends to the API from a page. */
export const fetchFrom = (browser: ReturnType<typeof openPageBrowser>, page: PageResponse, path: string) =>
  browser.send("POST", `/api/auth${path}`, "{}", {
    Accept: "*/*",
    "Content-Type": "application/json",
    "Sec-Fetch-Site": "same-origin",
    "X-CSRF-Token": formsIn(page)[0]?.values.csrf ?? "",
  });
