import type { Context } from "hono";
import type { AuthServiceBinding } from "../auth-service.ts";

/** An app that signs people in at Gatehouse's pages. */
export type App = {
  /** Its service binding to the entrypoint `AuthService`. */
  readonly binding: Pick<
    AuthServiceBinding,
    "verifyToken" | "exchangeCode" | "refreshSession" | "revokeSession"
  >;
  /** Gatehouse's PUBLIC_URL: where its pages are. */
  readonly pages: string;
  /** What this app's cookies begin with: `app` by default. Apps of one host, or of localhost, need one each. */
  readonly name?: string;
  /** One of AUDIENCES, unless the binding's props say it. */
  readonly audience?: string;
};

/** The app of a request: bindings come with each. */
export type AppOf<C extends Context = Context> = (c: C) => App;
