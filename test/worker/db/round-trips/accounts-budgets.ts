import { createKey, keyRequest } from "../../../support/api-keys.ts";
import { createAuthenticator } from "../../../support/authenticator.ts";
import {
  offerAuthenticator,
  registerOnKnownDevice,
  registerWithAuthenticator,
  totpCodeOf,
} from "../../../support/authenticators.ts";
import { registerWithConnectedApp } from "../../../support/connected-apps.ts";
import { requestRemoval } from "../../../support/factor-removals.ts";
import { mayEnableTexts, trustDevice } from "../../../support/factors.ts";
import { tinyPng } from "../../../support/image-parts.ts";
import { insertFactor } from "../../../support/number-factor.ts";
import {
  enableSecondFactor,
  markDeviceAsKnown,
  newPhoneNumber,
  requestPhoneCode,
  startReauthentication,
  verifyPhoneNumber,
  wrongCode,
} from "../../../support/one-time-codes.ts";
import { creationOptions } from "../../../support/passkeys.ts";
import { pendingUser } from "../../../support/pending-deletion.ts";
import { accountIdOf, newAddress, PASSWORD, registerAndLogIn } from "../../../support/users.ts";
import { api, type BudgetTable, IMAGE, service } from "./measured-service.ts";

export const accountsBudgets: BudgetTable = {
  "GET /me": {
    budget: { d1: 1, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/me", undefined, (await registerAndLogIn(service)).token),
  },
  "POST /me/sign-up-answers": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/sign-up-answers", { fields: {} }, (await registerAndLogIn(service)).token),
  },
  "PATCH /me": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => api("PATCH", "/me", { name: "Grace" }, (await registerAndLogIn(service)).token),
  },
  "GET /me/apps": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/me/apps", undefined, (await registerAndLogIn(service)).token),
  },
  "DELETE /me/apps/:id": {
    budget: { d1: 2, kvGets: 1, kvPuts: 1 },
    request: async () => {
      const { token, grantId } = await registerWithConnectedApp(service);
      return api("DELETE", `/me/apps/${grantId}`, undefined, token);
    },
  },
  "POST /me/password": {
    // One round trip revokes the attempt that was counted before the password check.
    budget: { d1: 4, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const body = { currentPassword: PASSWORD, newPassword: "a newer lighthouse" };
      return api("POST", "/me/password", body, (await registerAndLogIn(service)).token);
    },
  },
  "POST /me/email": {
    // One round trip revokes the attempt that was counted before the password check.
    budget: { d1: 4, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const body = { newEmail: newAddress(), password: PASSWORD };
      return api("POST", "/me/email", body, (await registerAndLogIn(service)).token);
    },
  },
  "POST /me/otp": {
    budget: { d1: 4, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await registerAndLogIn(service);
      await markDeviceAsKnown(token);
      return api("POST", "/me/otp", { enabled: true, password: PASSWORD }, token);
    },
  },
  "POST /me/deactivate": {
    // One round trip revokes the attempt that was counted before the password check.
    budget: { d1: 4, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/deactivate", { password: PASSWORD }, (await registerAndLogIn(service)).token),
  },
  "DELETE /me": {
    budget: { d1: 2, kvGets: 1, kvPuts: 1 },
    request: async () => api("DELETE", "/me", undefined, (await registerAndLogIn(service)).token),
  },
  "POST /me/deletion/cancel": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/me/deletion/cancel", undefined, (await pendingUser(service)).token),
  },
  "GET /me/export": {
    // The session and the rows. The response begins before the pages of events are read.
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => api("GET", "/me/export", undefined, (await registerAndLogIn(service)).token),
  },
  "POST /me/reauthenticate": {
    // Reads whether there is a password, counts the attempt, revokes it, and records the reauthentication.
    budget: { d1: 5, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/reauthenticate", { password: PASSWORD }, (await registerAndLogIn(service)).token),
  },
  "POST /me/reauthenticate, with a second factor": {
    budget: { d1: 5, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await registerAndLogIn(service);
      await enableSecondFactor(service, token);
      return api("POST", "/me/reauthenticate", { password: PASSWORD }, token);
    },
  },
  "POST /me/reauthenticate, by a wrong factor": {
    // The session and the counted attempt. A right answer costs one more, as for a challenge below.
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 400,
    request: async () => {
      const body = { factor: "totp", code: "123456" };
      const { token } = await registerAndLogIn(service);
      return api("POST", "/me/reauthenticate", body, token);
    },
  },
  "POST /me/reauthenticate/code": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/me/reauthenticate/code", {}, (await registerAndLogIn(service)).token),
  },
  "POST /me/reauthenticate/options": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/reauthenticate/options", undefined, (await registerAndLogIn(service)).token),
  },
  "POST /me/factors/removal/cancel": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email, token } = await registerAndLogIn(service);
      await insertFactor(email, "totp", null);
      await requestRemoval(service, await accountIdOf(email));
      return api("POST", "/me/factors/removal/cancel", undefined, token);
    },
  },
  "POST /me/reauthenticate/otp": {
    // The attempt is counted before it is evaluated, in a batch of its own.
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email, token } = await registerAndLogIn(service);
      await enableSecondFactor(service, token);
      const answer = await startReauthentication(service, email, token);
      return api("POST", "/me/reauthenticate/otp", answer, token);
    },
  },
  "GET /me/factors": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () =>
      api("GET", "/me/factors", undefined, (await registerWithAuthenticator(service)).token),
  },
  "POST /me/factors/totp": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/factors/totp", undefined, (await registerOnKnownDevice(service)).token),
  },
  "POST /me/factors/totp/verify": {
    status: 201,
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await registerOnKnownDevice(service);
      const { enrolmentToken, secret } = await offerAuthenticator(service, token);
      const body = { enrolmentToken, code: totpCodeOf(service, secret) };
      return api("POST", "/me/factors/totp/verify", body, token);
    },
  },
  "POST /me/factors/recovery-codes": {
    status: 201,
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/factors/recovery-codes", undefined, (await registerWithAuthenticator(service)).token),
  },
  "PATCH /me/factors/:id": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token, authenticator } = await registerWithAuthenticator(service);
      return api("PATCH", `/me/factors/${authenticator.id}`, { label: "Tablet" }, token);
    },
  },
  "DELETE /me/factors/:id": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token, authenticator } = await registerWithAuthenticator(service);
      return api("DELETE", `/me/factors/${authenticator.id}`, undefined, token);
    },
  },
  "GET /me/devices": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/me/devices", undefined, (await registerAndLogIn(service)).token),
  },
  "DELETE /me/devices/:id": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await registerAndLogIn(service);
      const [device] = (await service.get("/me/devices", token)).body.data;
      return api("DELETE", `/me/devices/${device.id}`, undefined, token);
    },
  },
  "DELETE /me/devices/:id/trust": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await registerAndLogIn(service);
      const [device] = (await service.get("/me/devices", token)).body.data;
      await trustDevice(device.id);
      return api("DELETE", `/me/devices/${device.id}/trust`, undefined, token);
    },
  },
  "POST /me/factors/sms": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email, token } = await registerAndLogIn(service);
      await mayEnableTexts(email, newPhoneNumber());
      return api("POST", "/me/factors/sms", undefined, token);
    },
  },
  "GET /me/keys": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/me/keys", undefined, (await registerAndLogIn(service)).token),
  },
  "POST /me/factors/passkeys/options": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await registerOnKnownDevice(service);
      return api("POST", "/me/factors/passkeys/options", undefined, token);
    },
  },
  "POST /me/factors/passkeys": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => {
      const { token } = await registerOnKnownDevice(service);
      const attestation = await createAuthenticator().create(await creationOptions(service, token));
      return api("POST", "/me/factors/passkeys", { attestation }, token);
    },
  },
  "POST /me/keys": {
    status: 201,
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/keys", keyRequest(service), (await registerAndLogIn(service)).token),
  },
  "DELETE /me/keys/:id": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await registerAndLogIn(service);
      return api("DELETE", `/me/keys/${(await createKey(service, token)).id}`, undefined, token);
    },
  },
  "PUT /me/avatar": {
    // The row is written before the object is stored, and the account is updated after it.
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    request: async () => ({
      ...api("PUT", "/me/avatar", tinyPng, (await registerAndLogIn(service)).token),
      headers: IMAGE,
    }),
  },
  "DELETE /me/avatar": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await registerAndLogIn(service);
      await service.call("PUT", "/api/auth/me/avatar", tinyPng, token, IMAGE);
      return api("DELETE", "/me/avatar", undefined, token);
    },
  },
  "GET /avatars/:key": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => {
      const { token } = await registerAndLogIn(service);
      const { body } = await service.call("PUT", "/api/auth/me/avatar", tinyPng, token, IMAGE);
      return { method: "GET", path: new URL(body.data.avatarUrl).pathname };
    },
  },
  "POST /me/phone": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/phone", { phone: newPhoneNumber() }, (await registerAndLogIn(service)).token),
  },
  "POST /me/phone/verify": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await registerAndLogIn(service);
      const { challengeId, code } = await requestPhoneCode(service, token);
      return api("POST", "/me/phone/verify", { challengeId, code }, token);
    },
  },
  "POST /me/phone/verify, a wrong code": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 400,
    request: async () => {
      const { token } = await registerAndLogIn(service);
      const { challengeId, code } = await requestPhoneCode(service, token);
      return api("POST", "/me/phone/verify", { challengeId, code: wrongCode(code) }, token);
    },
  },
  "DELETE /me/phone": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await registerAndLogIn(service);
      await verifyPhoneNumber(service, token);
      return api("DELETE", "/me/phone", undefined, token);
    },
  },
};
