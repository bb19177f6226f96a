import type { Context, Env } from "hono";
import type { AuthServiceBinding } from "../auth-service.ts";
import { requireBinding } from "../require-binding.ts";
import { appCookies } from "./app-cookies.ts";

/** An app that signs people in at Gatehouse's pages. */
export type App = {
  /** Its service binding to the entrypoint `AuthService`. */
  readonly binding: Pick<AuthServiceBinding, "verifyToken" | "exchangeCode" | "refreshSession" | "signOut">;
  /** Gatehouse's PUBLIC_URL: where its pages are. */
  readonly pages: string;
  /** What this app's cookies begin with: `app` by default. Apps of one host, or of localhost, need one each. */
  readonly name?: string;
  /** One of AUDIENCES, unless the binding's props say it. */
  readonly audience?: string;
  /** The path where whoever has signed in goes on, where nothing else is known: `/` by default. */
  readonly home?: string;
};

/** The app of a request: bindings come with each. */
export type AppOf<E extends Env> = (c: Context<E>) => App;

/** That app, if it can work at all, and what it keeps in this browser. Throws for what is not configured. */
export function openApp<E extends Env>(c: Context, appOf: AppOf<E>) {
  const app = appOf(c as unknown as Context<E>);
  requireBinding(app.binding);
  if (!URL.canParse(app.pages)) throw new TypeError("pages has to be Gatehouse's PUBLIC_URL");
  return { app: { ...app, home: app.home ?? "/" }, cookies: appCookies(c, app) };
}

export type OpenApp = ReturnType<typeof openApp>;
