import type { ErrorCode } from "../core/error-codes.ts";
import type { CreateApiKeyFailure } from "./create-api-key.ts";
import type { RevokeApiKeyFailure } from "./revoke-api-key.ts";

type Reason = (CreateApiKeyFailure | RevokeApiKeyFailure)["reason"];

export const apiKeyErrors = {
  unknown_resource: "validation_failed",
  unknown_scope: "validation_failed",
  no_scope: "validation_failed",
  name_taken: "validation_failed",
  too_many_keys: "api_key_limit",
  reauthentication_required: "reauthentication_required",
  not_found: "not_found",
} as const satisfies Record<Reason, ErrorCode>;
