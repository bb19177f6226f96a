import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { pathParams } from "../http/input.ts";
import { describe } from "../http/operation.ts";
import { type RequireSessionDeps, requireSession } from "../http/require-session.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { socialFailures } from "./failures.ts";
import { identitySchema, providerParam } from "./fields.ts";
import { type ListIdentitiesDeps, listIdentities } from "./list-identities.ts";
import { type RemoveIdentityDeps, removeIdentity } from "./remove-identity.ts";

const identityList = answer(200, undefined, z.array(identitySchema));
const identityRemoved = answer(200, "It no longer signs you in.");

type Deps = ListIdentitiesDeps & RemoveIdentityDeps & RequireSessionDeps;

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
        const iso = (instant: number) => new Date(instant).toISOString();
        const shown = linked.map((one) => ({
          ...one,
          createdAt: iso(one.createdAt),
          lastUsedAt: iso(one.lastUsedAt),
        }));
        return respond(c, identityList, shown);
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
        return result.ok ? respond(c, identityRemoved) : refuse(c, socialFailures[result.error.reason]);
      },
    );
}
