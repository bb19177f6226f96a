import type { Authenticator } from "../../../support/authenticator.ts";
import { requestChallenge, requestEmailCode } from "../../../support/email-codes.ts";
import { startSecondFactor, wrongCode } from "../../../support/one-time-codes.ts";
import { registerWithPasskey, signInOptions } from "../../../support/passkeys.ts";
import { newAddress, PASSWORD, registerAndLogIn, tokenMailedTo } from "../../../support/users.ts";
import { api, type BudgetTable, memberWithSecondFactor, service } from "./measured-service.ts";

async function passkeySignIn(authenticator: Authenticator) {
  const { challengeId, options } = await signInOptions(service);
  return api("POST", "/login/passkey", { challengeId, assertion: await authenticator.get(options) });
}

export const authenticationBudgets: BudgetTable = {
  "POST /login": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email } = await registerAndLogIn(service);
      return api("POST", "/login", { email, password: PASSWORD });
    },
  },
  "POST /login, a wrong password": {
    // The audit log counts it after the evaluation, so that a success has nothing to take back.
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 401,
    request: async () =>
      api("POST", "/login", { email: (await registerAndLogIn(service)).email, password: "wrong" }),
  },
  "POST /login, an unknown address": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 401,
    request: async () => api("POST", "/login", { email: newAddress(), password: "wrong" }),
  },
  "POST /login, a second factor": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/login", { email: await memberWithSecondFactor(), password: PASSWORD }),
  },
  "POST /login/passkey/options": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/login/passkey/options", {}),
  },
  "POST /login/passkey": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => passkeySignIn((await registerWithPasskey(service)).authenticator),
  },
  "POST /login/passkey, an unknown credential": {
    // The challenge is used up, and the audit log counts the failure.
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 401,
    request: async () => {
      const { authenticator } = await registerWithPasskey(service);
      const [credential] = authenticator.credentials;
      if (credential) authenticator.credentials.push({ ...credential, id: "A".repeat(43) });
      return passkeySignIn(authenticator);
    },
  },
  "POST /login/otp/options": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/login/otp/options", { challengeId: crypto.randomUUID() }),
  },
  "POST /login/otp": {
    // The attempt is counted before the answer is verified in code.
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { challengeId, code } = await startSecondFactor(service, await memberWithSecondFactor());
      return api("POST", "/login/otp", { challengeId, code });
    },
  },
  "POST /login/otp, a wrong code": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    status: 400,
    request: async () => {
      const { challengeId, code } = await startSecondFactor(service, await memberWithSecondFactor());
      return api("POST", "/login/otp", { challengeId, code: wrongCode(code) });
    },
  },
  "POST /login/otp, and the device is remembered": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { challengeId, code } = await startSecondFactor(service, await memberWithSecondFactor());
      return api("POST", "/login/otp", { challengeId, code, rememberDevice: true });
    },
  },
  "POST /login/otp/send": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { challengeId } = await startSecondFactor(service, await memberWithSecondFactor());
      return api("POST", "/login/otp/send", { challengeId, factor: "email_otp" });
    },
  },
  "POST /login/otp/resend": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { challengeId } = await startSecondFactor(service, await memberWithSecondFactor());
      return api("POST", "/login/otp/resend", { challengeId });
    },
  },
  "POST /login/email-code, a known address": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/login/email-code", { email: (await registerAndLogIn(service)).email }),
  },
  "POST /login/email-code, an unknown address": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/login/email-code", { email: newAddress() }),
  },
  "POST /login/email-code/resend": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/login/email-code/resend", { challengeId: await requestChallenge(service, newAddress()) }),
  },
  "POST /login/email-code/verify": {
    // The attempt is counted before the code is verified.
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email } = await registerAndLogIn(service);
      return api("POST", "/login/email-code/verify", await requestEmailCode(service, email));
    },
  },
  "POST /login/email-code/verify, a new account": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/login/email-code/verify", await requestEmailCode(service, newAddress())),
  },
  "POST /login/email-code/verify, a wrong code": {
    // The audit log counts it after the evaluation.
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 400,
    request: async () => {
      const challengeId = await requestChallenge(service, newAddress());
      return api("POST", "/login/email-code/verify", { challengeId, code: "000000" });
    },
  },
  "POST /forgot-password, a known address": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/forgot-password", { email: (await registerAndLogIn(service)).email }),
  },
  "POST /forgot-password, an unknown address": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/forgot-password", { email: newAddress() }),
  },
  "GET /reset-password": {
    budget: { d1: 1, kvGets: 0, kvPuts: 0 },
    request: async () => {
      const { email } = await registerAndLogIn(service);
      await service.post("/forgot-password", { email });
      return api("GET", `/reset-password?token=${await tokenMailedTo(service, email)}`);
    },
  },
  "POST /reset-password": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email } = await registerAndLogIn(service);
      await service.post("/forgot-password", { email });
      const token = await tokenMailedTo(service, email);
      return api("POST", "/reset-password", { token, newPassword: "a newer lighthouse" });
    },
  },
};
