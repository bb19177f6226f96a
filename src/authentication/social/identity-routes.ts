import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { jsonBody, pathParams } from "../../http/validate-request.ts";
import { RECENT_AUTHENTICATION, RECENT_SECOND_FACTOR } from "../reauthentication/fields.ts";
import { socialErrors } from "./errors.ts";
import { identitySchema, linkBody, providerParam, providerTokenOf } from "./fields.ts";
import { type LinkWithTokenDeps, linkWithToken } from "./link-with-token.ts";
import { type ListIdentitiesDeps, listIdentities } from "./list-identities.ts";
import { type RemoveIdentityDeps, removeIdentity } from "./remove-identity.ts";
import { refuseSocialLogin } from "./render-failure.tsx";

const identityList = answer(200, undefined, z.array(identitySchema));
const identityLinked = answer(200, "It signs you in from now on.");
const identityRemoved = answer(200, "It no longer signs you in.");

type Deps = ListIdentitiesDeps & LinkWithTokenDeps & RemoveIdentityDeps & RequireSessionDeps;

/** The identities linked to the caller's account. */
export function identityRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Social sign-in";
  const session = requireSession(depsOf);
  return new Hono<HttpEnv>()
    .get(
      "/me/identities",
      describeRoute({
        operationId: "listIdentities",
        summary: "List the caller's linked identities",
        tag,
        answer: identityList,
      }),
      session,
      async (c) => {
        const linked = await listIdentities(depsOf(c), { accountId: c.var.session.account.id });
        const iso = (timestamp: number) => new Date(timestamp).toISOString();
        const presented = linked.map((identity) => ({
          ...identity,
          createdAt: iso(identity.createdAt),
          lastUsedAt: iso(identity.lastUsedAt),
        }));
        return respond(c, identityList, presented);
      },
    )
    .post(
      "/me/identities/:provider",
      describeRoute({
        operationId: "linkIdentity",
        summary: "Link an identity with a token from the provider",
        description:
          "Adding a sign-in method requires reauthentication: the account's password or, if it has none, a sign-in or " +
          "reauthentication (`POST /me/reauthenticate`) within the last 10 minutes. The provider must have issued its token " +
          `to this service's client. ${RECENT_SECOND_FACTOR}`,
        tag,
        answer: identityLinked,
        failures: [
          "not_found",
          "validation_failed",
          "invalid_credentials",
          "refresh_invalid",
          "reauthentication_required",
          "token_invalid",
          "conflict",
          "too_many_attempts",
          "unavailable",
        ],
      }),
      session,
      pathParams(providerParam),
      jsonBody(linkBody),
      async (c) => {
        const { password, ...token } = c.req.valid("json");
        const result = await linkWithToken(depsOf(c), {
          ...c.req.valid("param"),
          token: providerTokenOf(token),
          session: c.var.session,
          password,
          caller: c.var.caller,
        });
        return result.ok ? respond(c, identityLinked) : refuseSocialLogin(c, result.error);
      },
    )
    .delete(
      "/me/identities/:provider",
      describeRoute({
        operationId: "removeIdentity",
        summary: "Remove a linked identity, unless it is the last sign-in method; ends the other sessions",
        tag,
        answer: identityRemoved,
        description: RECENT_AUTHENTICATION,
        failures: ["not_found", "last_sign_in_method", "reauthentication_required"],
      }),
      session,
      pathParams(providerParam),
      async (c) => {
        const { provider } = c.req.valid("param");
        const input = { session: c.var.session, provider, caller: c.var.caller };
        const result = await removeIdentity(depsOf(c), input);
        return result.ok ? respond(c, identityRemoved) : refuse(c, socialErrors[result.error.reason]);
      },
    );
}
