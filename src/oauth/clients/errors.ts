import type { ErrorCode } from "../../core/error-codes.ts";
import type { CreateClientFailure } from "./create-client.ts";
import type { DeleteClientSecretFailure } from "./delete-client-secret.ts";
import type { NoSuchClient } from "./read-client.ts";
import type { RotateClientSecretFailure } from "./rotate-client-secret.ts";
import type { UpdateClientFailure } from "./update-client.ts";

export type ClientFailure =
  | NoSuchClient
  | CreateClientFailure
  | UpdateClientFailure
  | RotateClientSecretFailure
  | DeleteClientSecretFailure;

export const clientErrors = {
  no_such_client: "not_found",
  no_such_secret: "not_found",
  client_invalid: "validation_failed",
  client_id_invalid: "validation_failed",
  client_id_taken: "conflict",
  client_managed_elsewhere: "conflict",
  client_has_no_secrets: "conflict",
  overlap_too_long: "validation_failed",
  changed_meanwhile: "conflict",
} as const satisfies Record<ClientFailure["reason"], ErrorCode>;

/** Messages that are more specific than the code's default message. */
export const clientErrorMessages: Partial<Record<ClientFailure["reason"], string>> = {
  client_id_invalid: "The id must have 2 to 64 characters of a-z, 0-9, - and _, and must not be a UUID.",
  client_id_taken: "A client has this id.",
  client_managed_elsewhere:
    "The configuration file or the client's metadata document manages this client. Change it there.",
  client_has_no_secrets: "This client does not authenticate by a secret.",
  overlap_too_long: "The previous secret may stay valid for at most 30 days.",
};
