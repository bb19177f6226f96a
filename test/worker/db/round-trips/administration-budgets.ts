import { requestRemoval, userWithFactor } from "../../../support/factor-removals.ts";
import { tinyPng } from "../../../support/image-parts.ts";
import { setDeletionDue } from "../../../support/pending-deletion.ts";
import { accountIdOf, newAddress, registerVerifiedUser, signedInAs } from "../../../support/users.ts";
import { api, type BudgetTable, onUser, service } from "./measured-service.ts";

export const administrationBudgets: BudgetTable = {
  "GET /users": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () =>
      api("GET", "/users?search=ada&limit=10", undefined, (await signedInAs(service, "admin")).token),
  },
  "POST /users": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => {
      const { token } = await signedInAs(service, "admin");
      return api("POST", "/users", { email: newAddress(), name: "Grace" }, token);
    },
  },
  "GET /users/:id": onUser("GET", "", { d1: 2, kvGets: 0, kvPuts: 0 }),
  "PATCH /users/:id": onUser("PATCH", "", { d1: 3, kvGets: 1, kvPuts: 0 }, { name: "Grace" }),
  "DELETE /users/:id, who is deactivated": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await signedInAs(service, "superuser");
      const id = await accountIdOf((await registerVerifiedUser(service)).email);
      await service.post(`/users/${id}/deactivate`, undefined, token);
      return api("DELETE", `/users/${id}`, undefined, token);
    },
  },
  "POST /users/:id/activate, who is active": onUser("POST", "/activate", { d1: 2, kvGets: 1, kvPuts: 0 }),
  "POST /users/:id/deletion/cancel": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await signedInAs(service, "admin");
      const id = await accountIdOf((await registerVerifiedUser(service)).email);
      await setDeletionDue(service, id);
      return api("POST", `/users/${id}/deletion/cancel`, undefined, token);
    },
  },
  "POST /users/:id/deactivate": onUser("POST", "/deactivate", { d1: 3, kvGets: 1, kvPuts: 1 }),
  "POST /users/:id/unlock": onUser("POST", "/unlock", { d1: 3, kvGets: 1, kvPuts: 0 }),
  "POST /users/:id/reset-password": onUser("POST", "/reset-password", { d1: 3, kvGets: 1, kvPuts: 0 }),
  "DELETE /users/:id/sessions": onUser("DELETE", "/sessions", { d1: 3, kvGets: 1, kvPuts: 1 }),
  "DELETE /users/:id/factors": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { id } = await userWithFactor(service);
      const { token } = await signedInAs(service, "admin");
      return api("DELETE", `/users/${id}/factors`, undefined, token);
    },
  },
  "POST /users/:id/factors/removal/cancel": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { id } = await userWithFactor(service);
      const { token } = await requestRemoval(service, id);
      return api("POST", `/users/${id}/factors/removal/cancel`, undefined, token);
    },
  },
  "PUT /users/:id/role": onUser("PUT", "/role", { d1: 3, kvGets: 1, kvPuts: 1 }, { role: "admin" }),
  "PUT /users/:id/avatar": onUser("PUT", "/avatar", { d1: 4, kvGets: 1, kvPuts: 0 }, tinyPng),
  "DELETE /users/:id/avatar, where there is none": onUser("DELETE", "/avatar", {
    d1: 2,
    kvGets: 1,
    kvPuts: 0,
  }),
  "GET /audit": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/audit", undefined, (await signedInAs(service, "admin")).token),
  },
};
