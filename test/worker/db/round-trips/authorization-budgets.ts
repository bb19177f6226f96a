import { authorizationQuery } from "../../../support/authorization-requests.ts";
import { insertClient } from "../../../support/oauth-clients.ts";
import type { BudgetTable } from "./measured-service.ts";

/** `worker/oauth/authorization/authorize` measures the authorization endpoint, which needs the cookies of a browser. */
export const authorizationBudgets: BudgetTable = {
  "POST /oauth/par": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => {
      const client = await insertClient({ resources: [] });
      return {
        method: "POST",
        path: "/oauth/par",
        body: authorizationQuery(client, { scope: "openid" }).toString(),
        headers: {
          Authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}`,
          "Content-Type": "application/x-www-form-urlencoded",
        },
      };
    },
  },
};
