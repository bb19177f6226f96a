import { authorizationQuery, authorizeUrl, redirectTo } from "../../../support/authorization-requests.ts";
import { createKeyClient } from "../../../support/oauth.ts";
import { insertClient } from "../../../support/oauth-clients.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { registerVerifiedUser } from "../../../support/users.ts";
import { type BudgetTable, type MeasuredRequest, service } from "./measured-service.ts";

/** A request of a client of the team, with these cookies of a signed-in browser. */
async function authorizing(cookies: readonly string[]): Promise<MeasuredRequest> {
  const client = await insertClient({ isFirstParty: true, scopes: ["openid", "notes:read"] });
  const { email } = await registerVerifiedUser(service);
  const { jar } = await signedInPageBrowser(service, email);
  const Cookie = cookies.map((name) => `${name}=${jar.get(name)}`).join("; ");
  return { method: "GET", path: authorizeUrl(client), headers: { Cookie } };
}

export const authorizationBudgets: BudgetTable = {
  "GET /oauth/authorize": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 303,
    request: () => authorizing(["__Host-gh_access", "__Host-gh_refresh"]),
  },
  "GET /oauth/authorize, once the access cookie has expired": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 303,
    request: () => authorizing(["__Host-gh_refresh"]),
  },
  "GET /oauth/authorize, with the remembered consent for a client of others": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 303,
    request: async () => {
      const client = await insertClient({ scopes: ["openid", "notes:read"] });
      const { email } = await registerVerifiedUser(service);
      const browser = await signedInPageBrowser(service, email);
      await browser.submit(await browser.visit(authorizeUrl(client)), {}, "allow");
      // Without the consent the request would end at the consent page, and cost less.
      redirectTo(await browser.send("GET", authorizeUrl(client)), client.redirectUris[0] ?? "");
      const Cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
      return { method: "GET", path: authorizeUrl(client), headers: { Cookie } };
    },
  },
  "POST /oauth/par, by private_key_jwt": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => {
      const { client, assertion } = await createKeyClient(service, { resources: [] });
      const body = authorizationQuery(client, { scope: "openid" });
      for (const [name, value] of Object.entries(await assertion())) body.set(name, value);
      const headers = { "Content-Type": "application/x-www-form-urlencoded" };
      return { method: "POST", path: "/oauth/par", body: body.toString(), headers };
    },
  },
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
