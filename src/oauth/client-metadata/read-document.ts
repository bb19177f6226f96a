import { err, ok, type Result } from "../../core/result.ts";
import type { Client } from "../clients/client.ts";
import { withDefaults } from "../clients/client-metadata.ts";
import { readRegistrationMetadata } from "../clients/registration-metadata.ts";
import { type ClientLimits, clientProblems } from "../clients/rules.ts";

type Options = {
  readonly url: URL;
  readonly settings: ClientLimits;
  readonly now: number;
  /** When the document must be read again. */
  readonly expiresAt: number;
};

/**
 * The client of a metadata document: public, or one that authenticates by keys. Its `client_id` must be the URL of the
 * document, since another host could name it otherwise. It is never first-party.
 */
export function readDocument(
  json: unknown,
  { url, settings, now, expiresAt }: Options,
): Result<Client, "invalid"> {
  if (!isFieldEqual(json, "client_id", url.href) || hasSecret(json)) return err("invalid");
  const { resources } = settings;
  const read = readRegistrationMetadata(json, { resources, authMethods: ["none", "private_key_jwt"] });
  if (!read.ok) return err("invalid");
  const metadata = withDefaults(read.value);
  const hasForeignKeys = metadata.jwksUri !== null && URL.parse(metadata.jwksUri)?.host !== url.host;
  if (hasForeignKeys || clientProblems(metadata, settings).length > 0) return err("invalid");
  return ok({
    ...metadata,
    id: url.href,
    source: "metadata",
    metadataExpiresAt: expiresAt,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
  });
}

const isFieldEqual = (json: unknown, name: string, value: string): boolean =>
  typeof json === "object" && json !== null && Reflect.get(json, name) === value;

/** A document is public, so that it must not have a secret. */
const hasSecret = (json: unknown): boolean =>
  typeof json === "object" && json !== null && "client_secret" in json;
