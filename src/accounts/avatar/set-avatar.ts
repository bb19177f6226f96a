import { type NewAuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { type Actor, type AdminAction, actorIdOf } from "../../admin/authorization/admin-action.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, HOUR } from "../../core/clock.ts";
import { newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Account } from "../account.ts";
import { type DeleteDiscardedAvatarsDeps, deleteDiscardedAvatars } from "./delete-discarded-avatars.ts";
import { cleanImage } from "./image/clean-image.ts";
import type { ImageProblem } from "./image/image.ts";

export type SetAvatarDeps = DeleteDiscardedAvatarsDeps & {
  readonly clock: Clock;
  readonly avatars: {
    announce(key: string, dueAt: number): Promise<void>;
    swap(
      draft: AdminAction & { key: string | null; audit: NewAuditEvent; now: number },
    ): Promise<"done" | "changed_meanwhile">;
  };
  readonly avatarObjects: { put(key: string, bytes: Uint8Array, type: string): Promise<void> };
  readonly defer: (work: () => Promise<unknown>) => void;
};

type Upload = {
  readonly actor: Actor;
  readonly target: Account;
  readonly bytes: Uint8Array;
  /** What the sender says that it is. */
  readonly declaredType: string;
  readonly caller: Caller;
};

export type AvatarFailure = { readonly reason: ImageProblem | "changed_meanwhile" };

/** An upload that is under way for longer than this was cut off, and its object may go. */
const UPLOAD_TIME = HOUR;

/**
 * Makes an image the account's picture: cleaned of all that is not picture, under a new key, so that
 * whoever keeps the old one for ever is never wrong. No object is left behind, wherever it stops:
 * each is written down as discarded before it is there, and only the swap strikes it out.
 */
export async function setAvatar(
  deps: SetAvatarDeps,
  input: Upload,
): Promise<Result<{ readonly avatarKey: string }, AvatarFailure>> {
  const { actor, target, caller } = input;
  const image = cleanImage(input.bytes, input.declaredType);
  if (!image.ok) return err({ reason: image.error });
  const { type, bytes } = image.value;
  const key = `${newOneTimeToken()}.${EXTENSIONS[type]}`;
  const now = deps.clock.now();
  await deps.avatars.announce(key, now + UPLOAD_TIME);
  await deps.avatarObjects.put(key, bytes, type);
  const audit = newAuditEvent(deps, { type: "avatar_changed" }, caller, actorIdOf(actor));
  const outcome = await deps.avatars.swap({ actor, target, key, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  deps.defer(() => deleteDiscardedAvatars(deps));
  return ok({ avatarKey: key });
}

const EXTENSIONS = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" } as const;
