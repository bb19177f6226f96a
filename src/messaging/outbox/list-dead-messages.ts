import type { Actor } from "../../admin/authorization/actor.ts";
import { visibleRoles } from "../../admin/authorization/permissions.ts";
import type { DeadMessagePage, DeadMessageQuery, DeadMessageStore } from "./dead-message-store.ts";

export type ListDeadMessagesDeps = { readonly outbox: Pick<DeadMessageStore, "listDead"> };

type Input = Omit<DeadMessageQuery, "roles"> & { readonly actor: Actor };

/** One page of the dead-lettered messages to users that the actor may see, latest attempt first. */
export function listDeadMessages(deps: ListDeadMessagesDeps, input: Input): Promise<DeadMessagePage> {
  const { actor, ...query } = input;
  return deps.outbox.listDead({ ...query, roles: visibleRoles(actor) });
}
