import { WorkerEntrypoint } from "cloudflare:workers";
import { type DeleteForServiceDeps, deleteForService } from "../accounts/deletion/delete-for-service.ts";
import { type ExportAccountDeps, exportAccount } from "../accounts/export/export-account.ts";
import { toMetadataChange } from "../accounts/metadata.ts";
import { presentAccount } from "../accounts/present-account.ts";
import { OPERATOR } from "../admin/authorization/actor.ts";
import { type CheckPermissionDeps, checkPermission } from "../admin/authorization/check-permission.ts";
import { type CancelUserDeletionDeps, cancelUserDeletion } from "../admin/users/cancel-user-deletion.ts";
import { type EndUserSessionsDeps, endUserSessions } from "../admin/users/end-user-sessions.ts";
import { type LookUpUsersDeps, lookUpUsers } from "../admin/users/look-up-users.ts";
import { readUser } from "../admin/users/read-user.ts";
import { type UpdateUserDeps, updateUser } from "../admin/users/update-user.ts";
import { type VerifyApiKeyDeps, verifyApiKey } from "../api-keys/verify-api-key.ts";
import type { AuthServiceBinding } from "../client/auth-service.ts";
import type { Caller } from "../core/caller.ts";
import { LOCALES } from "../core/locale.ts";
import { presentAnswers } from "../registration/sign-up-fields/present-answers.ts";
import { type ReadAnswersDeps, readAnswers } from "../registration/sign-up-fields/read-answers.ts";
import type { TokenSettings } from "../sessions/access-token.ts";
import { type EndSessionDeps, endSession } from "../sessions/end-session.ts";
import { type VerifyTokenDeps, verifyToken } from "../sessions/verify-token.ts";
import {
  canArguments,
  deleteArguments,
  idArguments,
  idsArguments,
  metadataArguments,
  verifyArguments,
  verifyKeyArguments,
} from "./arguments.ts";
import { appAudienceOf, audienceOf } from "./binding.ts";
import { answerCall, type IncomingCall } from "./call.ts";
import { presentApiKey, presentSession } from "./present.ts";

export type AuthServiceDeps = VerifyTokenDeps &
  VerifyApiKeyDeps &
  LookUpUsersDeps &
  EndSessionDeps &
  EndUserSessionsDeps &
  ReadAnswersDeps &
  DeleteForServiceDeps &
  CancelUserDeletionDeps &
  ExportAccountDeps &
  UpdateUserDeps &
  CheckPermissionDeps & { readonly settings: TokenSettings };

/** The caller of a method that has no client: no address, no user agent and the default language. */
const NO_CLIENT: Caller = { ip: null, userAgent: null, locale: LOCALES[0] };

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
          const chosen = audienceOf(binding, input.options.audience, deps.settings);
          if ("reason" in chosen) return { ok: false, ...chosen };
          const { strict = false, maxAge, acrValues } = input.options;
          const claim = { token: input.token, strict, maxAge, acrValues, ...chosen };
          const result = await verifyToken(deps, claim);
          return result.ok
            ? { ok: true, session: presentSession(result.value, chosen.audience) }
            : { ok: false, reason: result.error };
        },
      );
    }

    verifyApiKey(key: unknown, options?: unknown): ReturnType<AuthServiceBinding["verifyApiKey"]> {
      const method = { name: "verifyApiKey", scope: "verify", takes: verifyKeyArguments } as const;
      return answerCall(open(this.env, this.ctx), method, { key, options }, async (deps, input, binding) => {
        // A key is never for this service's own API.
        const chosen = appAudienceOf(binding, input.options.audience, deps.settings);
        if ("reason" in chosen) return { ok: false, ...chosen };
        const { scopes = [] } = input.options;
        const result = await verifyApiKey(deps, { key: input.key, scopes, ...chosen });
        return result.ok
          ? { ok: true, key: presentApiKey(result.value) }
          : { ok: false, reason: result.error };
      });
    }

    getUser(id: unknown): ReturnType<AuthServiceBinding["getUser"]> {
      const method = { name: "getUser", scope: "read", takes: idArguments } as const;
      return answerCall(open(this.env, this.ctx), method, { id }, async (deps, input) => {
        const found = await readUser(deps, { actor: OPERATOR, id: input.id });
        if (!found.ok) return { ok: false, reason: "not_found" };
        const { account, privateMetadata } = found.value;
        const answers = presentAnswers(await readAnswers(deps, account.id));
        const user = { ...presentAccount(account, deps.settings.publicUrl), ...answers };
        return { ok: true, user: { ...user, privateMetadata: privateMetadata ?? null } };
      });
    }

    setUserMetadata(id: unknown, metadata: unknown): ReturnType<AuthServiceBinding["setUserMetadata"]> {
      const method = { name: "setUserMetadata", scope: "write", takes: metadataArguments } as const;
      return answerCall(
        open(this.env, this.ctx),
        method,
        { id, metadata },
        async (deps, input, { worker }) => {
          const { public: publicMetadata, private: privateMetadata } = input.metadata;
          const result = await updateUser(deps, {
            actor: OPERATOR,
            id: input.id,
            change: toMetadataChange({ publicMetadata, privateMetadata }),
            caller: NO_CLIENT,
            worker,
          });
          if (result.ok) return { ok: true };
          return { ok: false, reason: result.error.reason === "no_such_user" ? "not_found" : "conflict" };
        },
      );
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

    deleteUser(id: unknown, options?: unknown): ReturnType<AuthServiceBinding["deleteUser"]> {
      const method = { name: "deleteUser", scope: "delete", takes: deleteArguments } as const;
      return answerCall(
        open(this.env, this.ctx),
        method,
        { id, options },
        async (deps, input, { worker }) => {
          const { immediately = false } = input.options;
          const request = { id: input.id, immediately, worker, caller: NO_CLIENT };
          const result = await deleteForService(deps, request);
          if (result.ok) return { ok: true, deletionDueAt: isoOrNull(result.value.dueAt) };
          const { reason } = result.error;
          return { ok: false, reason: reason === "reauthentication_required" ? "changed_meanwhile" : reason };
        },
      );
    }

    cancelUserDeletion(id: unknown): ReturnType<AuthServiceBinding["cancelUserDeletion"]> {
      const method = { name: "cancelUserDeletion", scope: "delete", takes: idArguments } as const;
      return answerCall(open(this.env, this.ctx), method, { id }, async (deps, input, { worker }) => {
        const cancellation = { ...input, actor: OPERATOR, caller: NO_CLIENT, worker };
        const result = await cancelUserDeletion(deps, cancellation);
        if (result.ok) return { ok: true };
        const { reason } = result.error;
        if (reason === "deletion_not_pending") return { ok: false, reason: "not_pending" };
        return { ok: false, reason: reason === "no_such_user" ? "not_found" : "changed_meanwhile" };
      });
    }

    exportUser(id: unknown): ReturnType<AuthServiceBinding["exportUser"]> {
      const method = { name: "exportUser", scope: "export", takes: idArguments } as const;
      return answerCall(open(this.env, this.ctx), method, { id }, async (deps, input) => {
        const result = await exportAccount(deps, { accountId: input.id });
        return result.ok ? { ok: true, json: result.value.body } : { ok: false, reason: "not_found" };
      });
    }

    can(userId: unknown, permission: unknown): ReturnType<AuthServiceBinding["can"]> {
      const method = { name: "can", scope: "read", takes: canArguments } as const;
      return answerCall(open(this.env, this.ctx), method, { userId, permission }, async (deps, input) => ({
        ok: true,
        allowed: await checkPermission(deps, { accountId: input.userId, permission: input.permission }),
      }));
    }
  };

const isoOrNull = (instant: number | null): string | null =>
  instant === null ? null : new Date(instant).toISOString();
