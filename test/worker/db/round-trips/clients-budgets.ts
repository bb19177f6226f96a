import { CALLBACK, registeredClient } from "../../../support/client-administration.ts";
import { signedInAs } from "../../../support/users.ts";
import { api, type Budget, type BudgetTable, service } from "./measured-service.ts";

const onClient = (method: string, path: string, budget: Budget, body?: unknown, status?: number) => ({
  budget,
  status,
  request: async () => {
    const { client, superuser } = await registeredClient(service);
    return api(method, `/clients/${client.id}${path}`, body, superuser.token);
  },
});

export const clientBudgets: BudgetTable = {
  "GET /clients": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/clients", undefined, (await signedInAs(service, "superuser")).token),
  },
  "POST /clients": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => {
      const { token } = await signedInAs(service, "superuser");
      return api("POST", "/clients", { name: "Notes", redirectUris: [CALLBACK] }, token);
    },
  },
  "GET /clients/:id": onClient("GET", "", { d1: 2, kvGets: 0, kvPuts: 0 }),
  "PATCH /clients/:id": onClient("PATCH", "", { d1: 3, kvGets: 1, kvPuts: 0 }, { name: "Renamed" }),
  "DELETE /clients/:id, without sessions": onClient("DELETE", "", { d1: 2, kvGets: 1, kvPuts: 0 }),
  "POST /clients/:id/secrets": onClient(
    "POST",
    "/secrets",
    { d1: 3, kvGets: 1, kvPuts: 0 },
    { overlapSeconds: 0 },
    201,
  ),
  "DELETE /clients/:id/secrets/:secretId": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { call, client, superuser } = await registeredClient(service);
      const { secrets } = (await call("GET", `/${client.id}`)).body.data;
      return api("DELETE", `/clients/${client.id}/secrets/${secrets[0].id}`, undefined, superuser.token);
    },
  },
  "GET /clients/:id/grants": onClient("GET", "/grants", { d1: 2, kvGets: 0, kvPuts: 0 }),
};
