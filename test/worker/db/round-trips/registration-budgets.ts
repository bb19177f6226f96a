import { newAddress, PASSWORD, register, tokenMailedTo } from "../../../support/users.ts";
import { api, type BudgetTable, service } from "./measured-service.ts";

export const registrationBudgets: BudgetTable = {
  "POST /register, a new address": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => api("POST", "/register", { email: newAddress(), password: PASSWORD, name: "Ada" }),
  },
  "POST /register, a known address": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => {
      const { email } = await register(service);
      return api("POST", "/register", { email, password: PASSWORD, name: "Ada" });
    },
  },
  "POST /verify-email": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email } = await register(service);
      return api("POST", "/verify-email", { token: await tokenMailedTo(service, email) });
    },
  },
  "GET /verify-email": {
    budget: { d1: 1, kvGets: 0, kvPuts: 0 },
    request: async () => {
      const { email } = await register(service);
      return api("GET", `/verify-email?token=${await tokenMailedTo(service, email)}`);
    },
  },
  "POST /verify-email/resend": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/verify-email/resend", { email: (await register(service)).email }),
  },
  "POST /captcha/verify, captchas off": {
    budget: { d1: 0, kvGets: 1, kvPuts: 0 },
    status: 404,
    request: async () => api("POST", "/captcha/verify", { token: "t" }),
  },
};
