import { newApp } from "../../../../support/client-app.ts";
import { jsonOf, postForm, requestTokens, type TestClient } from "../../../../support/oauth.ts";
import { type Actor, userAgentOf } from "../actors.ts";
import { violation } from "../violation.ts";
import { service } from "../world.ts";

/** The scopes of the app. */
export const SCOPE = "app:use email";
export const CLIENT_IDS = { app: "client-app", other: "client-other" } as const;

/** The app, which is a public client of the team, and a second client with the same redirect URI. */
export async function insertClients(): Promise<void> {
  for (const id of Object.values(CLIENT_IDS))
    await newApp(service, { id, authMethod: "none", type: "public", scopes: SCOPE.split(" ") });
}

/** A request of the app to the token endpoint. Null: it was refused. */
export async function requestAppTokens(
  actor: Actor,
  form: Readonly<Record<string, string>>,
  client: keyof typeof CLIENT_IDS = "app",
) {
  const caller = {
    ...service,
    call: (...[method, path, body, token, headers]: Parameters<typeof service.call>) =>
      service.call(method, path, body, token, { ...headers, "User-Agent": userAgentOf(actor) }),
  };
  const publicClient = { id: CLIENT_IDS[client], authMethod: "none" } as TestClient;
  const answer = await requestTokens(caller, publicClient, form);
  if (answer.status >= 500) violation(`the token endpoint answered ${answer.status}: ${answer.text}`);
  if (answer.status !== 200) return null;
  const { access_token: token, refresh_token: refreshToken } = jsonOf(answer);
  return { token: String(token), refreshToken: String(refreshToken) };
}

/** Revokes a token, as the app does it. */
export async function revokeAppToken(token: string): Promise<void> {
  const answer = await postForm(service, "/oauth/revoke", { client_id: CLIENT_IDS.app, token });
  if (answer.status !== 200) violation(`a revocation answered ${answer.status}: ${answer.text}`);
}
