import type { Context, Env } from "hono";
import { overHttps } from "../../jwks-verifier.ts";
import { type OAuthClient, requireClient } from "../../oauth/oauth-client.ts";
import { findServerMetadata } from "../../oauth/server-metadata.ts";
import type { StrictVerifier, Verifier } from "../../verifier.ts";
import { appCookies } from "./app-cookies.ts";
import type { LogoutStore } from "./logout-store.ts";

/** A server-rendered app whose users sign in at Gatehouse. */
export type App = OAuthClient & {
  /**
   * Verifies the access tokens of the app's sessions: `createVerifier({ binding: env.AUTH })` notices a sign-out
   * within a minute. By default the published keys verify them, and a token is valid until it expires.
   */
  readonly verifier?: Verifier | StrictVerifier;
  /** Prefix of this app's cookies, `app` by default. Apps on one host (or on localhost) need different names. */
  readonly name?: string;
  /** The path after sign-in when no other is known, `/` by default. */
  readonly home?: string;
  /** The path after sign-out, `/` by default. It must need no session. */
  readonly afterSignOut?: string;
  /** Remembers sessions that ended at Gatehouse. The app then accepts back-channel logout requests. */
  readonly logoutStore?: LogoutStore;
};

/** Returns the app of a request, since bindings are available per request. */
export type AppOf<E extends Env> = (c: Context<E>) => App;

/** Returns the app and its cookies. Throws a TypeError if the app is not configured. */
export function openApp<E extends Env>(c: Context, appOf: AppOf<E>) {
  const app = appOf(c as unknown as Context<E>);
  requireClient(app);
  const { home = "/", afterSignOut = "/" } = app;
  return { app: { ...app, home, afterSignOut }, cookies: appCookies(c, app) };
}

export type OpenApp = ReturnType<typeof openApp>;

/** Without a resource, the access token is for the userinfo endpoint. */
export async function verifierOf({ app }: OpenApp): Promise<Verifier | StrictVerifier> {
  if (app.verifier) return app.verifier;
  const { issuer, resource, fetch } = app;
  const audience = resource ?? (await findServerMetadata(app)).userinfo_endpoint ?? "";
  return overHttps({ issuer, audience, fetch });
}
