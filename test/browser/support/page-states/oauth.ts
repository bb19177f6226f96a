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

/** Allows the app as a new account. The page that leads to the app stays, since the app answers with no content. */
const openConnected = async (visitor: Visitor, service: ServiceApi) => {
  const { email } = await service.member();
  await openSignedIn(visitor, "/account", { email, password: PASSWORD });
  await visitor.page.goto(exampleAuthorization());
  const receiver = "http://127.0.0.1/callback*";
  await visitor.page.route(receiver, (route) => route.fulfill({ status: 204 }), { times: 1 });
  const leaves = visitor.page.waitForRequest(receiver);
  await visitor.page.locator("form:has([value=allow]) button").click();
  await leaves;
  // The request to the app is no problem of the page.
  visitor.problems.splice(0);
};

/** Pages of the authorization server. */
export const OAUTH: readonly PageState[] = [
  {
    name: "oauth-choose-account",
    page: "/oauth/authorize",
    open: openAsMember(exampleAuthorization({ prompt: "select_account" })),
  },
  { name: "oauth-invalid", page: "/oauth/authorize", open: at("/oauth/authorize?client_id=unknown") },
  { name: "oauth-consent", page: "/oauth/consent", open: openAsMember(exampleAuthorization()) },
  // The page itself leads on at once: test/browser/flows/oauth.test.ts follows it.
  { name: "oauth-continue-expired", page: "/oauth/continue", open: at("/oauth/continue?to=expired") },
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
