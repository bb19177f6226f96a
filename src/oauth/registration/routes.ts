import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { readJson } from "../../http/read-json.ts";
import { refuse } from "../../http/respond.ts";
import { NO_STORE, refuseOAuth } from "../oauth-response.ts";
import { presentRegistration } from "./present-registration.ts";
import { type RegisterClientDeps, registerClient } from "./register-client.ts";

export const REGISTRATION_PATH = "/oauth/register";

type Deps = RegisterClientDeps & { readonly settings: { readonly canRegisterClients: boolean } };

/** Dynamic Client Registration (RFC 7591), if CLIENT_REGISTRATION is on. Its errors are those of RFC 7591 §3.2.2. */
export function clientRegistrationRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().post(REGISTRATION_PATH, async (c) => {
    const deps = depsOf(c);
    if (!deps.settings.canRegisterClients) return refuse(c, "not_found");
    const body = await readJson(c.req.raw, { isOptional: false });
    if (!body.ok) {
      return refuseOAuth(c, {
        error: "invalid_client_metadata",
        description: "The request body must be a JSON object of at most 64 KiB.",
      });
    }
    const result = await registerClient(deps, body.value);
    return result.ok
      ? c.json(presentRegistration(result.value), 201, NO_STORE)
      : refuseOAuth(c, result.error);
  });
}
