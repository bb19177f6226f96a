import { env } from "cloudflare:workers";
import { signInToClient } from "./authorization-requests.ts";
import { insertClient } from "./oauth-clients.ts";
import { formsIn, signedInPageBrowser } from "./pages.ts";
import type { Service } from "./service.ts";
import { accountIdOf, logIn, registerVerifiedUser } from "./users.ts";

type PageBrowser = Awaited<ReturnType<typeof signedInPageBrowser>>;

/** A client of the operator's team, without a resource. */
const insertTeamClient = () => insertClient({ isFirstParty: true, resources: [], scopes: ["openid"] });

/** A user with a session in an OAuth client, and an access token of the service itself. */
export async function registerWithConnectedApp(service: Service) {
  const client = await insertTeamClient();
  const { email } = await registerVerifiedUser(service);
  await signInToClient(service, await signedInPageBrowser(service, email), client, { scope: "openid" });
  const grant = await env.DB.prepare("SELECT id FROM oauth_grants WHERE client_id = ?")
    .bind(client.id)
    .first<{ id: string }>();
  return { email, client, grantId: grant?.id ?? "", token: (await logIn(service, email)).token };
}

/** Inserts the consent of a user for a client, without a session. Returns its id. */
export async function insertGrant(email: string): Promise<string> {
  const client = await insertTeamClient();
  const id = crypto.randomUUID();
  const now = Date.now();
  await env.DB.prepare("INSERT INTO oauth_grants VALUES (?, ?, ?, '', 'openid', 'notes.example.com', ?, ?)")
    .bind(id, await accountIdOf(email), client.id, now, now)
    .run();
  return id;
}

/** Signs the user of that browser in to a client, and revokes its access. */
export async function connectAndRevokeApp(service: Service, browser: PageBrowser): Promise<void> {
  const client = await insertTeamClient();
  await signInToClient(service, browser, client, { scope: "openid" });
  const page = await browser.visit("/account/apps");
  const id = formsIn(page).find(({ values }) => values.id)?.values.id ?? "";
  await browser.submit(page, { id });
}
