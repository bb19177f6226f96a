import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { jsonBody, pathParams } from "../../http/input.ts";
import { describe } from "../../http/operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { refreshCookie } from "../../http/session-cookies.ts";
import { socialErrors } from "./errors.ts";
import { appTokenOf, identitySchema, linkBody, providerParam } from "./fields.ts";
import { type LinkWithTokenDeps, linkWithToken } from "./link-with-token.ts";
import { type ListIdentitiesDeps, listIdentities } from "./list-identities.ts";
import { type RemoveIdentityDeps, removeIdentity } from "./remove-identity.ts";
import { refuseSocialLogin } from "./render-failure.ts";

const identityList = answer(200, undefined, z.array(identitySchema));
const identityLinked = answer(200, "It signs you in from now on.");
const identityRemoved = answer(200, "It no longer signs you in.");

type Deps = ListIdentitiesDeps & LinkWithTokenDeps & RemoveIdentityDeps & RequireSessionDeps;

/** What is linked to the caller's own account. */
export function identityRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Social sign-in";
  const session = requireSession(depsOf);
  return new Hono<HttpEnv>()
    .get(
      "/me/identities",
      describe({ summary: "The providers that sign the caller in", tag, answer: identityList }),
      session,
      async (c) => {
        const linked = await listIdentities(depsOf(c), { accountId: c.var.session.account.id });
        const iso = (timestamp: number) => new Date(timestamp).toISOString();
        const shown = linked.map((one) => ({
          ...one,
          createdAt: iso(one.createdAt),
          lastUsedAt: iso(one.lastUsedAt),
        }));
        return respond(c, identityList, shown);
      },
    )
    .post(
      "/me/identities/:provider",
      describe({
        summary: "Link one, by a token that an app has from the provider",
        description:
          "It lasts, so more than an access token is asked for: the account's password or, where it has none, the " +
          "latest refresh token of this very session. The provider's token must have been given to this service's own client.",
        tag,
        answer: identityLinked,
        failures: [
          "not_found",
          "validation_failed",
          "invalid_credentials",
          "refresh_invalid",
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
        const { password, refreshToken = refreshCookie(c), ...token } = c.req.valid("json");
        const result = await linkWithToken(depsOf(c), {
          ...c.req.valid("param"),
          token: appTokenOf(token),
          session: c.var.session,
          password,
          refreshToken,
          caller: c.var.caller,
        });
        return result.ok ? respond(c, identityLinked) : refuseSocialLogin(c, result.error);
      },
    )
    .delete(
      "/me/identities/:provider",
      describe({
        summary: "Remove one, unless it is the last way to sign in; the other sessions end",
        tag,
        answer: identityRemoved,
        failures: ["not_found", "last_sign_in_method"],
      }),
      session,
      pathParams(providerParam),
      async (c) => {
        const { provider } = c.req.valid("param");
        const { account, sessionId } = c.var.session;
        const input = { accountId: account.id, sessionId, provider, caller: c.var.caller };
        const result = await removeIdentity(depsOf(c), input);
        return result.ok ? respond(c, identityRemoved) : refuse(c, socialErrors[result.error.reason]);
      },
    );
}
