import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import { isRecentlyAuthenticated } from "../authentication/reauthentication/rules.ts";
import type { Caller } from "../core/caller.ts";
import { type Clock, DAY } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import type { Resource } from "../sessions/resource.ts";
import type { CurrentSession } from "../sessions/session.ts";
import type { ApiKey } from "./api-key.ts";
import { newApiKey } from "./key-format.ts";
import { chooseKeyScopes, resourceNamed, type ScopeProblem } from "./rules.ts";
import type { ApiKeyStore } from "./store.ts";

export type CreateApiKeyDeps = {
  readonly clock: Clock;
  readonly settings: { readonly resources: readonly Resource[] };
  readonly apiKeys: Pick<ApiKeyStore, "create">;
  readonly messages: Outbox;
};

type CreateApiKeyInput = {
  readonly session: CurrentSession;
  readonly name: string;
  /** The URI or the alias of a resource. */
  readonly resource: string;
  readonly scopes: readonly string[];
  /** Null: the key does not expire. */
  readonly lifetimeDays: number | null;
  readonly caller: Caller;
};

export type CreateApiKeyFailure = {
  readonly reason:
    | ScopeProblem
    | "unknown_resource"
    | "name_taken"
    | "too_many_keys"
    | "reauthentication_required";
};

/** The only answer that contains the key. */
export type CreatedApiKey = ApiKey & { readonly key: string };

/** Creates a key for one resource. The session must be recently authenticated. The owner is mailed. */
export async function createApiKey(
  deps: CreateApiKeyDeps,
  input: CreateApiKeyInput,
): Promise<Result<CreatedApiKey, CreateApiKeyFailure>> {
  const { session, name, lifetimeDays, caller } = input;
  const now = deps.clock.now();
  if (!isRecentlyAuthenticated(session, now)) return err({ reason: "reauthentication_required" });
  const resource = resourceNamed(deps.settings.resources, input.resource);
  if (!resource) return err({ reason: "unknown_resource" });
  const chosen = chooseKeyScopes(resource, input.scopes);
  if (!chosen.ok) return err({ reason: chosen.error });
  const { id, key, secretHash } = await newApiKey();
  const created = {
    id,
    name,
    resource: resource.uri,
    scopes: chosen.value,
    createdAt: now,
    expiresAt: lifetimeDays === null ? null : now + lifetimeDays * DAY,
  };
  const event = { type: "api_key_created", details: { keyId: id, resource: resource.uri } } as const;
  const message = { kind: "api_key_created", keyName: name, resource: resource.uri } as const;
  const notice = await deps.messages.create(message, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, event, caller, session.account.id);
  const outcome = await deps.apiKeys.create({ session, key: { ...created, secretHash }, notice, audit });
  if (outcome !== "created") return err({ reason: outcome });
  deps.messages.deliverSoon([notice.id]);
  return ok({ ...created, lastUsedAt: null, key });
}
