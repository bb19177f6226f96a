import type { Context, Env } from "hono";
import type { AuthServiceBinding } from "../auth-service.ts";
import { requireBinding } from "../require-binding.ts";
import { appCookies } from "./app-cookies.ts";

/** An app that sends its users to Gatehouse's pages to sign in. */
export type App = {
  /** Its service binding to the entrypoint `AuthService`. */
  readonly binding: Pick<AuthServiceBinding, "verifyToken" | "exchangeCode" | "refreshSession" | "signOut">;
  /** Gatehouse's PUBLIC_URL, where its pages are. */
  readonly pages: string;
  /** Prefix of this app's cookies, `app` by default. Apps on one host (or on localhost) need different names. */
  readonly name?: string;
  /** The URI or the alias of one of RESOURCES. Omit it if the binding's props name it. */
  readonly audience?: string;
  /** The path after sign-in when no other is known, `/` by default. */
  readonly home?: string;
};

/** Returns the app of a request, since bindings are available per request. */
export type AppOf<E extends Env> = (c: Context<E>) => App;

/** Returns the app and its cookies. Throws a TypeError if the app is not configured. */
export function openApp<E extends Env>(c: Context, appOf: AppOf<E>) {
  const app = appOf(c as unknown as Context<E>);
  requireBinding(app.binding);
  if (!URL.canParse(app.pages)) throw new TypeError("pages must be Gatehouse's PUBLIC_URL");
  return { app: { ...app, home: app.home ?? "/" }, cookies: appCookies(c, app) };
}

export type OpenApp = ReturnType<typeof openApp>;
