import type { FindManageableUserFailure } from "../../admin/authorization/find-manageable-user.ts";
import type { ErrorCode } from "../../core/error-codes.ts";
import type { AvatarFailure } from "./set-avatar.ts";

export const avatarErrors = {
  unknown_format: "unsupported_media_type",
  type_mismatch: "unsupported_media_type",
  damaged: "validation_failed",
  dimensions_too_large: "validation_failed",
  animated: "validation_failed",
  changed_meanwhile: "conflict",
  no_such_user: "not_found",
  not_manageable: "forbidden",
} as const satisfies Record<AvatarFailure["reason"] | FindManageableUserFailure["reason"], ErrorCode>;
