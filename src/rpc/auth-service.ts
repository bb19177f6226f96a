import { WorkerEntrypoint } from "cloudflare:workers";
import { presentAccount } from "../accounts/present-account.ts";
import { OPERATOR } from "../admin/authorization/actor.ts";
import { type CheckPermissionDeps, checkPermission } from "../admin/authorization/check-permission.ts";
import { type EndUserSessionsDeps, endUserSessions } from "../admin/users/end-user-sessions.ts";
import { type LookUpUsersDeps, lookUpUsers } from "../admin/users/look-up-users.ts";
import type { AuthServiceBinding, Client } from "../client/auth-service.ts";
import type { Caller } from "../core/caller.ts";
import { LOCALES } from "../core/locale.ts";
import {
  type ExchangeAuthorizationCodeDeps,
  exchangeAuthorizationCode,
} from "../oauth/exchange-authorization-code.ts";
import type { TokenSettings } from "../sessions/access-token.ts";
import { type EndSessionDeps, endSession } from "../sessions/end-session.ts";
import { type RefreshSessionDeps, refreshSession } from "../sessions/refresh-session.ts";
import { type SignOutDeps, signOut } from "../sessions/sign-out.ts";
import { type VerifyTokenDeps, verifyToken } from "../sessions/verify-token.ts";
import {
  canArguments,
  exchangeArguments,
  idArguments,
  idsArguments,
  refreshArguments,
  signOutArguments,
  verifyArguments,
} from "./arguments.ts";
import { appAudienceOf, audienceOf } from "./binding.ts";
import { answerCall, type IncomingCall } from "./call.ts";
import { exchangeFailure } from "./errors.ts";
import { presentSession, presentSignIn, presentTokens } from "./present.ts";

export type AuthServiceDeps = VerifyTokenDeps &
  LookUpUsersDeps &
  EndSessionDeps &
  EndUserSessionsDeps &
  CheckPermissionDeps &
  ExchangeAuthorizationCodeDeps &
  RefreshSessionDeps &
  SignOutDeps & { readonly settings: TokenSettings };

/** The caller of a method that has no client: no address, no user agent and the default language. */
const NO_CLIENT: Caller = { ip: null, userAgent: null, locale: LOCALES[0] };
const callerOf = ({ ip, userAgent }: Client): Caller => ({ ...NO_CLIENT, ip, userAgent });

/**
 * The class that other Workers call over a service binding. `AuthServiceBinding` documents the methods.
 * RPC exposes every prototype method, `private` ones too, so shared code is in module functions.
 */
export const createAuthService = <Env>(
  open: (env: Env, ctx: ExecutionContext) => IncomingCall<AuthServiceDeps>,
) =>
  class AuthService extends WorkerEntrypoint<Env> implements AuthServiceBinding {
    verifyToken(token: unknown, options?: unknown): ReturnType<AuthServiceBinding["verifyToken"]> {
      const method = { name: "verifyToken", scope: "verify", takes: verifyArguments } as const;
      return answerCall(
        open(this.env, this.ctx),
        method,
        { token, options },
        async (deps, input, binding) => {
          const chosen = audienceOf(binding, input.options.audience, deps.settings.audiences);
          if ("reason" in chosen) return { ok: false, ...chosen };
          const strict = input.options.strict ?? false;
          const result = await verifyToken(deps, { token: input.token, strict, ...chosen });
          return result.ok
            ? { ok: true, session: presentSession(result.value, chosen.audience) }
            : { ok: false, reason: result.error };
        },
      );
    }

    getUser(id: unknown): ReturnType<AuthServiceBinding["getUser"]> {
      const method = { name: "getUser", scope: "read", takes: idArguments } as const;
      return answerCall(open(this.env, this.ctx), method, { id }, async (deps, input) => {
        const [account] = await lookUpUsers(deps, [input.id]);
        if (!account) return { ok: false, reason: "not_found" };
        return { ok: true, user: presentAccount(account, deps.settings.publicUrl) };
      });
    }

    getUsers(ids: unknown): ReturnType<AuthServiceBinding["getUsers"]> {
      const method = { name: "getUsers", scope: "read", takes: idsArguments } as const;
      return answerCall(open(this.env, this.ctx), method, { ids }, async (deps, input) => {
        const accounts = await lookUpUsers(deps, input.ids);
        const users = accounts.map((account) => presentAccount(account, deps.settings.publicUrl));
        return { ok: true, users };
      });
    }

    revokeSession(id: unknown): ReturnType<AuthServiceBinding["revokeSession"]> {
      const method = { name: "revokeSession", scope: "revoke", takes: idArguments } as const;
      return answerCall(
        open(this.env, this.ctx),
        method,
        { id },
        async (deps, { id: sessionId }, { worker }) => {
          const event = { type: "session_ended", details: { sessionId, worker } } as const;
          const ending = { sessionId, accountId: null, event, actorId: null, caller: NO_CLIENT };
          return { ok: true, ended: (await endSession(deps, ending)) === "ended" };
        },
      );
    }

    revokeUser(id: unknown): ReturnType<AuthServiceBinding["revokeUser"]> {
      const method = { name: "revokeUser", scope: "revoke", takes: idArguments } as const;
      return answerCall(open(this.env, this.ctx), method, { id }, async (deps, input, { worker }) => {
        const result = await endUserSessions(deps, {
          ...input,
          actor: OPERATOR,
          caller: NO_CLIENT,
          worker,
        });
        if (result.ok) return { ok: true };
        return { ok: false, reason: result.error.reason === "no_such_user" ? "not_found" : "conflict" };
      });
    }

    can(userId: unknown, permission: unknown): ReturnType<AuthServiceBinding["can"]> {
      const method = { name: "can", scope: "read", takes: canArguments } as const;
      return answerCall(open(this.env, this.ctx), method, { userId, permission }, async (deps, input) => ({
        ok: true,
        allowed: await checkPermission(deps, { accountId: input.userId, permission: input.permission }),
      }));
    }

    exchangeCode(request: unknown): ReturnType<AuthServiceBinding["exchangeCode"]> {
      const method = { name: "exchangeCode", scope: "sign-in", takes: exchangeArguments } as const;
      return answerCall(open(this.env, this.ctx), method, request, async (deps, input, binding) => {
        const chosen = appAudienceOf(binding, input.audience, deps.settings.audiences);
        if ("reason" in chosen) return { ok: false, ...chosen };
        const { code, codeVerifier, client } = input;
        // A Worker sends no Origin header. The code verifier binds the code to the client that started the flow.
        const from = { origin: undefined, deviceToken: client.deviceToken, caller: callerOf(client) };
        const result = await exchangeAuthorizationCode(deps, { code, codeVerifier, ...from, ...chosen });
        return result.ok ? presentSignIn(result.value) : exchangeFailure(result.error);
      });
    }

    refreshSession(request: unknown): ReturnType<AuthServiceBinding["refreshSession"]> {
      const method = { name: "refreshSession", scope: "sign-in", takes: refreshArguments } as const;
      return answerCall(open(this.env, this.ctx), method, request, async (deps, input, binding) => {
        const chosen = appAudienceOf(binding, input.audience, deps.settings.audiences);
        if ("reason" in chosen) return { ok: false, ...chosen };
        const caller = callerOf(input.client);
        const result = await refreshSession(deps, { refreshToken: input.refreshToken, ...chosen, caller });
        if (!result.ok) return { ok: false, reason: "refresh_invalid" };
        const { session, tokens } = result.value;
        return { ok: true, sessionId: session.sessionId, ...presentTokens(tokens) };
      });
    }

    signOut(request: unknown): ReturnType<AuthServiceBinding["signOut"]> {
      const method = { name: "signOut", scope: "sign-in", takes: signOutArguments } as const;
      return answerCall(open(this.env, this.ctx), method, request, async (deps, input) => {
        const caller = input.client ? callerOf(input.client) : NO_CLIENT;
        const result = await signOut(deps, { kind: "refresh", token: input.refreshToken, caller });
        return result.ok ? { ok: true } : { ok: false, reason: "refresh_invalid" };
      });
    }
  };
