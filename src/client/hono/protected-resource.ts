import { type Context, type Env, Hono, type MiddlewareHandler } from "hono";
import type { AccessToken } from "../resource/access-token.ts";
import type { CheckOptions, Refusal, ResourceOptions } from "../resource/authorize-request.ts";
import { type AdmittedToken, protectResource, type ResourceServer } from "../resource/protect-resource.ts";

/** The variable that `requireToken` sets: `c.var.token`. */
export type TokenEnv<T extends AccessToken = AccessToken> = { Variables: { token: T } };

/** The options, or a function that returns them: variables and bindings may be available only in a request. */
type OptionsOf<E extends Env> = ResourceOptions | ((c: Context<E>) => ResourceOptions);

/** A protected resource in Hono. */
export type HonoResource<E extends Env> = {
  /** Serves the metadata document (RFC 9728), with and without the path of the resource. Mount it at `/`. */
  readonly metadata: Hono;
  /**
   * Requires an access token for this resource and sets `c.var.token`. Otherwise responds with 401 or 403 and
   * `WWW-Authenticate` (RFC 6750, RFC 9470), or with 503 if the token could not be verified. A function decides by the
   * request, such as by the tool that an MCP client calls.
   */
  requireToken<const O extends CheckOptions = Record<never, never>>(
    requirements?: O | ((c: Context) => O | Promise<O>),
  ): MiddlewareHandler<TokenEnv<AdmittedToken<O>> & Pick<E, "Bindings">>;
};

/**
 * An API or an MCP server that accepts access tokens of Gatehouse:
 * `app.route("/", api.metadata)` and `app.use("/notes/*", api.requireToken({ scopes: ["notes:read"] }))`.
 */
export function protectedResource<E extends Env = Env>(optionsOf: OptionsOf<E>): HonoResource<E> {
  const fixed = typeof optionsOf === "function" ? null : protectResource(optionsOf);
  const serverOf = (c: Context): ResourceServer =>
    fixed ?? protectResource((optionsOf as (c: Context) => ResourceOptions)(c));
  const answer = (c: Context) => serverOf(c).metadata(c.req.raw) ?? c.notFound();
  return {
    metadata: new Hono()
      .on(["GET", "OPTIONS"], "/.well-known/oauth-protected-resource", answer)
      .on(["GET", "OPTIONS"], "/.well-known/oauth-protected-resource/*", answer),
    requireToken: (requirements) => async (c, next) => {
      const required = typeof requirements === "function" ? await requirements(c) : requirements;
      const result = await serverOf(c).authorize(c.req.header("Authorization"), required);
      if (!result.ok) return refuse(c, result);
      c.set("token", result.token);
      return next();
    },
  };
}

function refuse(c: Context, { status, error, message, headers }: Refusal): Response {
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  c.header("Cache-Control", "no-store");
  return c.json({ error, error_description: message }, status);
}
