import type { Context, MiddlewareHandler } from "hono";
import type { Result } from "../kernel/result.ts";
import type { CurrentSession } from "../sessions/session.ts";
import type { DepsOf, HttpEnv } from "./context.ts";
import { documented } from "./operation.ts";
import { refuse } from "./respond.ts";

type Authenticate = { authenticate(token: string): Promise<Result<CurrentSession, string>> };

/** Lets through whoever presents a good access token; the session is then `c.var.session`. */
export const requireSession = (depsOf: DepsOf<Authenticate>): MiddlewareHandler<HttpEnv> =>
  documented<MiddlewareHandler<HttpEnv>>(
    async (c, next) => {
      const token = bearerToken(c);
      const session = token === null ? null : await depsOf(c).authenticate(token);
      if (!session?.ok) return refuse(c, "unauthorized");
      c.set("session", session.value);
      return next();
    },
    { session: true, failures: ["unauthorized"] },
  );

/** RFC 6750 §2.1: the token of the Authorization header, or null. */
export function bearerToken(c: Context): string | null {
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(c.req.header("Authorization") ?? "") ?? [];
  return token ?? null;
}
