import { exampleAuthorization } from "../example-client.ts";
import { PASSWORD, type ServiceApi } from "../service.ts";
import type { Visitor } from "../visitor.ts";
import { at, openSignedIn, type PageState } from "./steps.ts";

/** Opens a path as the shared account, which no test changes. */
const openAsMember = (path: string) => async (visitor: Visitor, service: ServiceApi) => {
  const { email } = await service.sharedMember();
  await openSignedIn(visitor, "/account", { email, password: PASSWORD });
  await visitor.page.goto(path);
};

/** Opens the consent page of a new account, and allows the app. */
const openConnected = async (visitor: Visitor, service: ServiceApi) => {
  const { email } = await service.member();
  await openSignedIn(visitor, "/account", { email, password: PASSWORD });
  await visitor.page.goto(exampleAuthorization());
  await stayOn(visitor, "http://127.0.0.1/callback*");
  await visitor.page.locator("form:has([value=allow]) button").click();
  await visitor.page.waitForURL("**/oauth/continue*");
};

/** A page that leads on stays, since the next response is empty. */
const stayOn = ({ page }: Visitor, url: string) =>
  page.route(url, (route) => route.fulfill({ status: 204 }), { times: 1 });

/** Pages of the authorization server. */
export const OAUTH: readonly PageState[] = [
  {
    name: "oauth-choose-account",
    page: "/oauth/authorize",
    open: openAsMember(exampleAuthorization({ prompt: "select_account" })),
  },
  { name: "oauth-invalid", page: "/oauth/authorize", open: at("/oauth/authorize?client_id=unknown") },
  { name: "oauth-consent", page: "/oauth/consent", open: openAsMember(exampleAuthorization()) },
  {
    name: "oauth-continue",
    page: "/oauth/continue",
    open: async (visitor) => {
      await stayOn(visitor, "**/account");
      await visitor.page.goto("/oauth/continue?returnTo=/account");
    },
  },
  { name: "oauth-logout", page: "/oauth/logout", open: openAsMember("/oauth/logout") },
  { name: "oauth-logout-done", page: "/oauth/logout", open: at("/oauth/logout") },
  { name: "account-apps", page: "/account/apps", open: openAsMember("/account/apps") },
  {
    name: "account-apps-connected",
    page: "/account/apps",
    open: async (visitor, service) => {
      await openConnected(visitor, service);
      await visitor.page.goto("/account/apps");
    },
  },
];
