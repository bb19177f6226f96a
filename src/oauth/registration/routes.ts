import { type Context, Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { recordFailure } from "../../http/failure.ts";
import { readJson } from "../../http/read-json.ts";
import { refuse } from "../../http/respond.ts";
import type { OAuthError } from "../oauth-error.ts";
import { presentRegistration } from "./present-registration.ts";
import { type RegisterClientDeps, registerClient } from "./register-client.ts";

export const REGISTRATION_PATH = "/oauth/register";

/** RFC 7591 §3.2: credentials and errors are not stored. */
const NO_STORE = { "Cache-Control": "no-store", Pragma: "no-cache" };

type Deps = RegisterClientDeps & { readonly settings: { readonly canRegisterClients: boolean } };

/** Dynamic Client Registration (RFC 7591), if CLIENT_REGISTRATION is on. */
export function clientRegistrationRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().post(REGISTRATION_PATH, async (c) => {
    const deps = depsOf(c);
    if (!deps.settings.canRegisterClients) return refuse(c, "not_found");
    const body = await readJson(c.req.raw);
    if (!body.ok) {
      return refuseRegistration(c, {
        error: "invalid_client_metadata",
        description: "The request body must be a JSON object of at most 64 KiB.",
      });
    }
    const result = await registerClient(deps, body.value);
    return result.ok
      ? c.json(presentRegistration(result.value), 201, NO_STORE)
      : refuseRegistration(c, result.error);
  });
}

/** RFC 7591 §3.2.2. */
function refuseRegistration(c: Context, { error, description }: OAuthError): Response {
  const code = error === "temporarily_unavailable" ? "unavailable" : "validation_failed";
  const { status, retryAfter } = recordFailure(c, code);
  const headers = retryAfter === undefined ? NO_STORE : { ...NO_STORE, "Retry-After": String(retryAfter) };
  return c.json({ error, error_description: description }, status, headers);
}
