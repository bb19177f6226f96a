import { linkGitHub } from "../../../support/social/inserted-rows.ts";
import { socialUser } from "../../../support/social/users.ts";
import { PASSWORD, registerAndLogIn } from "../../../support/users.ts";
import { api, type BudgetTable, callback, postedResponse, providers, service } from "./measured-service.ts";

export const socialLoginBudgets: BudgetTable = {
  "GET /social": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/social"),
  },
  "GET /social/:provider/start": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    status: 302,
    request: async () => api("GET", "/social/github/start"),
  },
  "GET /social/:provider/callback, a new user": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    status: 302,
    request: () => callback(),
  },
  "GET /social/:provider/callback, an account with the same verified address": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    status: 302,
    request: async () => callback((await registerAndLogIn(service)).email),
  },
  "POST /social/:provider/callback": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    status: 303,
    request: postedResponse,
  },
  "POST /social/:provider/token": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/social/github/token", { accessToken: await providers.tokenOf(socialUser()) }),
  },
  "GET /me/identities": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/me/identities", undefined, (await registerAndLogIn(service)).token),
  },
  "POST /me/identities/:provider": {
    budget: { d1: 6, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const accessToken = await providers.tokenOf(socialUser());
      const { token } = await registerAndLogIn(service);
      return api("POST", "/me/identities/github", { accessToken, password: PASSWORD }, token);
    },
  },
  "DELETE /me/identities/:provider": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email, token } = await registerAndLogIn(service);
      await linkGitHub(email);
      return api("DELETE", "/me/identities/github", undefined, token);
    },
  },
};
