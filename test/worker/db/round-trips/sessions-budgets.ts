import { logIn, registerAndLogIn } from "../../../support/users.ts";
import { api, type BudgetTable, service } from "./measured-service.ts";

export const sessionsBudgets: BudgetTable = {
  "GET /csrf-token": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/csrf-token"),
  },
  "POST /refresh": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/refresh", { refreshToken: (await registerAndLogIn(service)).refreshToken }),
  },
  "POST /logout": {
    budget: { d1: 1, kvGets: 0, kvPuts: 1 },
    request: async () => api("POST", "/logout", undefined, (await registerAndLogIn(service)).token),
  },
  "POST /logout-all": {
    budget: { d1: 2, kvGets: 0, kvPuts: 1 },
    request: async () => api("POST", "/logout-all", undefined, (await registerAndLogIn(service)).token),
  },
  "GET /sessions": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/sessions", undefined, (await registerAndLogIn(service)).token),
  },
  "DELETE /sessions/:id": {
    budget: { d1: 2, kvGets: 0, kvPuts: 1 },
    request: async () => {
      const { email, token } = await registerAndLogIn(service);
      const other = await logIn(service, email);
      const list = (await service.get("/sessions", other.token)).body.data as {
        id: string;
        current: boolean;
      }[];
      return api("DELETE", `/sessions/${list.find((session) => session.current)?.id}`, undefined, token);
    },
  },
};
