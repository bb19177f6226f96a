import { describe, expect, it } from "vitest";
import { operationPartOf } from "../../../src/http/openapi-operation.ts";
import { startService } from "../../support/service.ts";
import { PASSWORD, registerAndLogIn } from "../../support/users.ts";
import { accountsBudgets } from "./round-trips/accounts-budgets.ts";
import { administrationBudgets } from "./round-trips/administration-budgets.ts";
import { authenticationBudgets } from "./round-trips/authentication-budgets.ts";
import { authorizationBudgets } from "./round-trips/authorization-budgets.ts";
import { clientBudgets } from "./round-trips/clients-budgets.ts";
import { deviceBudgets } from "./round-trips/device-budgets.ts";
import { documentBudgets } from "./round-trips/document-budgets.ts";
import { api, type BudgetTable, costOf, service } from "./round-trips/measured-service.ts";
import { oauthBudgets } from "./round-trips/oauth-budgets.ts";
import { publicBudgets } from "./round-trips/public-budgets.ts";
import { registrationBudgets } from "./round-trips/registration-budgets.ts";
import { sessionsBudgets } from "./round-trips/sessions-budgets.ts";
import { socialLoginBudgets } from "./round-trips/social-login-budgets.ts";

const table: BudgetTable = {
  ...registrationBudgets,
  ...authenticationBudgets,
  ...sessionsBudgets,
  ...accountsBudgets,
  ...administrationBudgets,
  ...clientBudgets,
  ...socialLoginBudgets,
  ...publicBudgets,
  ...oauthBudgets,
  ...deviceBudgets,
  ...authorizationBudgets,
  ...documentBudgets,
};

describe("round trips before the response, on a warm isolate", () => {
  for (const [route, { budget, status = 200, request }] of Object.entries(table)) {
    it(`${route} costs ${budget.d1} D1 round trips, ${budget.kvGets} KV gets and ${budget.kvPuts} KV puts`, async () => {
      await registerAndLogIn(service);
      expect(await costOf(await request())).toEqual({ status, ...budget });
    });
  }

  it("has a round-trip budget for every route except the pages (see worker/ui/page-budgets)", () => {
    const withBudget = new Set(Object.keys(table).map((key) => key.split(",")[0]));
    const pages = new Set(
      service.app.routes.filter(({ handler }) => operationPartOf(handler)?.page).map(({ path }) => path),
    );
    const routes = service.app.routes.filter(
      ({ method, path }) => method !== "ALL" && !path.startsWith("/dev/") && !pages.has(path),
    );
    const names = routes.map(({ method, path }) => `${method} ${path.replace("/api/auth", "")}`);
    expect([...new Set(names)].filter((route) => !withBudget.has(route))).toEqual([]);
  });

  it("adds only one read of the signing keys on a cold isolate", async () => {
    const { email, token } = await registerAndLogIn(service);
    for (const request of [
      api("GET", "/me", undefined, token),
      api("POST", "/login", { email, password: PASSWORD }),
    ]) {
      const cold = startService();
      await cold.call(request.method, request.path, request.body, request.token);
      const warmCost = await costOf(request);
      expect(cold.log.at(-1)?.d1).toBe(warmCost.d1 + 1);
    }
  });
});
