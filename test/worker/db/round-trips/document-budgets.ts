import { env } from "cloudflare:workers";
import { authorizationQuery, CODE_VERIFIER, continuedUrl } from "../../../support/authorization-requests.ts";
import { openLoopback } from "../../../support/loopback/loopback.ts";
import { jsonOf, postForm } from "../../../support/oauth.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { registerVerifiedUser } from "../../../support/users.ts";
import { type BudgetTable, form, type MeasuredRequest, service } from "./measured-service.ts";

const REDIRECT_URI = "https://tool.example.com/callback";

/** A client that the service does not know yet, and a request of it. */
async function newClient() {
  const loopback = openLoopback();
  const id = `${loopback.url}/client.json`;
  const document = { client_id: id, client_name: "Tool", redirect_uris: [REDIRECT_URI], scope: "openid" };
  const headers = { "Content-Type": "application/json" };
  await loopback.answer({ kind: "respond", status: 200, headers, body: JSON.stringify(document) });
  const query = authorizationQuery({ id, redirectUris: [REDIRECT_URI] }, { scope: "openid" });
  return { id, query, path: `/oauth/authorize?${query}` };
}

async function signedInBrowser() {
  const browser = await signedInPageBrowser(service, (await registerVerifiedUser(service)).email);
  const cookies = () => ({ Cookie: [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ") });
  return { browser, cookies };
}

/** A client that a user has allowed, with an unused code and the cookies of that user. */
async function allowedClient() {
  const { id, path } = await newClient();
  const { browser, cookies } = await signedInBrowser();
  const page = await browser.submit(await browser.visit(path), {}, "allow");
  const redemption = {
    ...{ grant_type: "authorization_code", client_id: id, redirect_uri: REDIRECT_URI },
    code: new URL(continuedUrl(page)).searchParams.get("code") ?? "",
    code_verifier: CODE_VERIFIER,
  };
  return { id, path, headers: cookies(), redemption };
}

/** The service reads the document again at the next request. */
async function expireDocument(id: string): Promise<void> {
  const expire = env.DB.prepare("UPDATE oauth_clients SET metadata_expires_at = 1 WHERE id = ?").bind(id);
  const { meta } = await expire.run();
  if (meta.changes !== 1) throw new Error("the client has no row");
}

type Allowed = Awaited<ReturnType<typeof allowedClient>>;

const REQUESTS = {
  "GET /oauth/authorize": async ({ path, headers }: Allowed): Promise<MeasuredRequest> => ({
    method: "GET",
    path,
    headers,
  }),
  "POST /oauth/token": async ({ redemption }: Allowed) => form("/oauth/token", redemption),
  "POST /oauth/token, a refresh": async ({ id, redemption }: Allowed) => {
    const { refresh_token } = jsonOf(await postForm(service, "/oauth/token", redemption));
    const fields = { grant_type: "refresh_token", client_id: id, refresh_token: String(refresh_token) };
    return form("/oauth/token", fields);
  },
};

const ofAllowedClients: BudgetTable = Object.fromEntries(
  Object.entries(REQUESTS).flatMap(([route, requestOf]) =>
    (["fresh", "stale"] as const).map((age) => [
      `${route}, of a client with a ${age} metadata document`,
      {
        budget: { d1: 2, kvGets: 1, kvPuts: 0 },
        status: route.startsWith("GET") ? 303 : 200,
        request: async () => {
          const allowed = await allowedClient();
          const request = await requestOf(allowed);
          if (age === "stale") await expireDocument(allowed.id);
          return request;
        },
      },
    ]),
  ),
);

/** Clients of metadata documents. The request that reads a document again stores it after the response. */
export const documentBudgets: BudgetTable = {
  ...ofAllowedClients,
  // It leads to the consent page. The row of the client must exist before the consent.
  "GET /oauth/authorize, the first of a client with a metadata document": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 303,
    request: async () => {
      const [{ path }, { cookies }] = [await newClient(), await signedInBrowser()];
      return { method: "GET", path, headers: cookies() };
    },
  },
  "POST /oauth/par, the first of a client with a metadata document": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => form("/oauth/par", Object.fromEntries((await newClient()).query)),
  },
};
