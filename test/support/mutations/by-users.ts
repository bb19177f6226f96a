import { createKey, keyRequest } from "../api-keys.ts";
import { createAuthenticator } from "../authenticator.ts";
import {
  offerAuthenticator,
  registerOnKnownDevice,
  registerWithAuthenticator,
  totpCodeOf,
} from "../authenticators.ts";
import { registerWithConnectedApp } from "../connected-apps.ts";
import { requestRemoval } from "../factor-removals.ts";
import { ALL_KINDS, mayEnableTexts, trustDevice } from "../factors.ts";
import type { Mutation, MutationRequest } from "../mutations.ts";
import { insertFactor } from "../number-factor.ts";
import {
  enableSecondFactor,
  markDeviceAsKnown,
  newPhoneNumber,
  requestPhoneCode,
  startReauthentication,
  verifyPhoneNumber,
  wrongCode,
} from "../one-time-codes.ts";
import { creationOptions } from "../passkeys.ts";
import { pendingUser } from "../pending-deletion.ts";
import type { Service } from "../service.ts";
import { accountIdOf, logIn, newAddress, PASSWORD, registerAndLogIn } from "../users.ts";

const NEXT_PASSWORD = "a newer lighthouse 8";

const signedIn = async (service: Service, body?: unknown): Promise<MutationRequest> => ({
  body,
  token: (await registerAndLogIn(service)).token,
});

/** Mutations by a signed-in user. */
export const userMutations: readonly Mutation[] = [
  { route: "POST /logout", status: 200, request: (service) => signedIn(service) },
  { route: "POST /logout-all", status: 200, repeatedStatus: 401, request: (service) => signedIn(service) },
  {
    route: "DELETE /sessions/:id",
    status: 200,
    repeatedStatus: 404,
    async request(service) {
      const { email, token } = await registerAndLogIn(service);
      const other = await logIn(service, email);
      const list: { id: string; current: boolean }[] = (await service.get("/sessions", other.token)).body
        .data;
      return { path: `/sessions/${list.find(({ current }) => current)?.id}`, token };
    },
  },
  {
    route: "DELETE /me/apps/:id",
    status: 200,
    repeatedStatus: 404,
    async request(service) {
      const { token, grantId } = await registerWithConnectedApp(service);
      return { path: `/me/apps/${grantId}`, token };
    },
  },
  { route: "PATCH /me", status: 200, request: (service) => signedIn(service, { name: "Grace", age: 40 }) },
  {
    route: "POST /me/sign-up-answers",
    status: 200,
    request: (service) => signedIn(service, { fields: {} }),
  },
  {
    route: "POST /me/password",
    status: 200,
    repeatedStatus: 401,
    async request(service) {
      const { email, token } = await registerAndLogIn(service);
      await logIn(service, email);
      return { body: { currentPassword: PASSWORD, newPassword: NEXT_PASSWORD }, token };
    },
  },
  {
    route: "POST /me/email",
    status: 200,
    request: (service) => signedIn(service, { newEmail: newAddress(), password: PASSWORD }),
  },
  {
    route: "POST /me/otp",
    status: 200,
    async request(service) {
      const { token } = await registerAndLogIn(service);
      await markDeviceAsKnown(token);
      return { body: { enabled: true, password: PASSWORD }, token };
    },
  },
  {
    route: "POST /me/reauthenticate",
    status: 200,
    request: (service) => signedIn(service, { password: PASSWORD }),
  },
  {
    route: "POST /me/reauthenticate",
    variant: "with a second factor",
    status: 200,
    async request(service) {
      const { token } = await registerAndLogIn(service);
      await enableSecondFactor(service, token);
      return { body: { password: PASSWORD }, token };
    },
  },
  {
    route: "POST /me/reauthenticate/otp",
    status: 200,
    repeatedStatus: 400,
    async request(service) {
      const { email, token } = await registerAndLogIn(service);
      await enableSecondFactor(service, token);
      return { body: await startReauthentication(service, email, token), token };
    },
  },
  {
    route: "POST /me/factors/totp",
    status: 200,
    request: async (service) => ({ token: (await registerOnKnownDevice(service)).token }),
  },
  {
    route: "POST /me/factors/totp/verify",
    status: 201,
    repeatedStatus: 400,
    async request(service) {
      const { token } = await registerOnKnownDevice(service);
      const { enrolmentToken, secret } = await offerAuthenticator(service, token);
      return { body: { enrolmentToken, code: totpCodeOf(service, secret), label: "Phone" }, token };
    },
  },
  {
    route: "POST /me/factors/recovery-codes",
    status: 201,
    request: async (service) => ({ token: (await registerWithAuthenticator(service)).token }),
  },
  {
    route: "PATCH /me/factors/:id",
    status: 200,
    async request(service) {
      const { token, authenticator } = await registerWithAuthenticator(service);
      return { path: `/me/factors/${authenticator.id}`, body: { label: "Tablet" }, token };
    },
  },
  {
    route: "PATCH /me/factors/:id",
    variant: "a passkey becomes a second factor",
    status: 200,
    async request(service) {
      const { token, email } = await registerOnKnownDevice(service);
      const id = await insertFactor(email, "passkey", null);
      const update = "UPDATE factors SET is_second_factor = FALSE WHERE id = ?";
      await service.env.DB.prepare(update).bind(id).run();
      return { path: `/me/factors/${id}`, body: { isSecondFactor: true }, token };
    },
  },
  {
    route: "DELETE /me/factors/:id",
    status: 200,
    repeatedStatus: 404,
    async request(service) {
      const { token, authenticator } = await registerWithAuthenticator(service);
      return { path: `/me/factors/${authenticator.id}`, token };
    },
  },
  {
    route: "POST /me/reauthenticate/code",
    status: 200,
    request: (service) => signedIn(service, {}),
  },
  {
    route: "POST /me/reauthenticate/options",
    status: 200,
    request: async (service) => ({ token: (await registerAndLogIn(service)).token }),
  },
  {
    route: "POST /me/factors/removal/cancel",
    status: 200,
    repeatedStatus: 404,
    async request(service) {
      const { email, token } = await registerAndLogIn(service);
      await insertFactor(email, "totp", null);
      await requestRemoval(service, await accountIdOf(email));
      return { token };
    },
  },
  {
    route: "DELETE /me/devices/:id",
    status: 200,
    repeatedStatus: 404,
    async request(service) {
      const { token } = await registerAndLogIn(service);
      const [device] = (await service.get("/me/devices", token)).body.data;
      return { path: `/me/devices/${device.id}`, token };
    },
  },
  {
    route: "DELETE /me/devices/:id/trust",
    status: 200,
    repeatedStatus: 404,
    async request(service) {
      const { token } = await registerAndLogIn(service);
      const [device] = (await service.get("/me/devices", token)).body.data;
      await trustDevice(device.id);
      return { path: `/me/devices/${device.id}/trust`, token };
    },
  },
  {
    route: "POST /me/factors/sms",
    status: 200,
    variables: async () => ({ SECOND_FACTORS: ALL_KINDS }),
    async request(service) {
      const { email, token } = await registerAndLogIn(service);
      await mayEnableTexts(email, newPhoneNumber());
      return { token };
    },
  },
  {
    route: "POST /me/factors/passkeys/options",
    status: 200,
    request: async (service) => ({ token: (await registerOnKnownDevice(service)).token }),
  },
  {
    route: "POST /me/factors/passkeys",
    status: 201,
    repeatedStatus: 400,
    async request(service) {
      const { token } = await registerOnKnownDevice(service);
      const attestation = await createAuthenticator().create(await creationOptions(service, token));
      return { body: { attestation }, token };
    },
  },
  {
    route: "POST /me/keys",
    status: 201,
    repeatedStatus: 400,
    request: (service) => signedIn(service, keyRequest(service)),
  },
  {
    route: "DELETE /me/keys/:id",
    status: 200,
    repeatedStatus: 404,
    async request(service) {
      const { token } = await registerAndLogIn(service);
      return { path: `/me/keys/${(await createKey(service, token)).id}`, token };
    },
  },
  {
    route: "POST /me/phone",
    variant: "replaces a verified number",
    status: 200,
    async request(service) {
      const { token, email } = await registerAndLogIn(service);
      // Set by SQL: after a verification the next SMS could only follow a minute later.
      const setPhone = "UPDATE accounts SET phone = ?, phone_verified_at = 1 WHERE email = ?";
      await service.env.DB.prepare(setPhone).bind(newPhoneNumber(), email).run();
      return { body: { phone: newPhoneNumber() }, token };
    },
  },
  {
    route: "POST /me/phone/verify",
    status: 200,
    repeatedStatus: 400,
    async request(service) {
      const { token } = await registerAndLogIn(service);
      const { challengeId, code } = await requestPhoneCode(service, token);
      return { body: { challengeId, code }, token };
    },
  },
  {
    route: "POST /me/phone/verify",
    variant: "a wrong code",
    status: 400,
    async request(service) {
      const { token } = await registerAndLogIn(service);
      const { challengeId, code } = await requestPhoneCode(service, token);
      return { body: { challengeId, code: wrongCode(code) }, token };
    },
  },
  {
    route: "DELETE /me/phone",
    status: 200,
    async request(service) {
      const { token } = await registerAndLogIn(service);
      await verifyPhoneNumber(service, token);
      return { token };
    },
  },
  {
    route: "POST /me/deactivate",
    status: 200,
    repeatedStatus: 401,
    request: (service) => signedIn(service, { password: PASSWORD }),
  },
  { route: "DELETE /me", status: 200, repeatedStatus: 401, request: (service) => signedIn(service) },
  {
    route: "DELETE /me",
    variant: "at once",
    status: 200,
    repeatedStatus: 401,
    variables: async () => ({ ACCOUNT_DELETION_DAYS: "0" }),
    request: (service) => signedIn(service),
  },
  {
    route: "POST /me/deletion/cancel",
    status: 200,
    repeatedStatus: 409,
    request: async (service) => ({ token: (await pendingUser(service)).token }),
  },
];
