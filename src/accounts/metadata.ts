import * as z from "zod/mini";
import { findInvalidText } from "../core/json-text.ts";
import { utf8Length } from "../core/text.ts";

/** Data that the team's services keep with an account. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Of the JSON text of one object. */
export const MAX_METADATA_BYTES = 8192;

/** The metadata of an account, as it is stored: the text of a JSON object. An absent key changes nothing; null clears. */
export type MetadataChange = {
  readonly publicMetadata?: string | null;
  readonly privateMetadata?: string | null;
};

const isSmall = (value: JsonObject): boolean => utf8Length(JSON.stringify(value)) <= MAX_METADATA_BYTES;

/** A JSON object of at most 8 KB and 32 levels, as it is sent. */
export const metadataField = z.record(z.string(), z.unknown(), "Must be a JSON object.").check(
  // The levels first: it bounds the recursion of the serialization.
  z.refine((value) => findInvalidText(value).length === 0, {
    message: "Must have 32 levels at most, and no NUL or unpaired surrogate.",
    abort: true,
  }),
  z.refine(isSmall, `Must have ${MAX_METADATA_BYTES} bytes of JSON at most.`),
);

/** Both fields of a change, in which null clears the object. */
export const metadataShape = {
  publicMetadata: z
    .optional(z.nullable(metadataField))
    .check(z.meta({ description: "The user reads it. Replaced as a whole; null clears it." })),
  privateMetadata: z
    .optional(z.nullable(metadataField))
    .check(z.meta({ description: "Never shown to the user. Replaced as a whole; null clears it." })),
};

type SentMetadata = {
  readonly publicMetadata?: JsonObject | null | undefined;
  readonly privateMetadata?: JsonObject | null | undefined;
};

/** The texts to store. */
export function toMetadataChange(sent: SentMetadata): MetadataChange {
  const textOf = (value: JsonObject | null) => (value === null ? null : JSON.stringify(value));
  return {
    ...(sent.publicMetadata === undefined ? {} : { publicMetadata: textOf(sent.publicMetadata) }),
    ...(sent.privateMetadata === undefined ? {} : { privateMetadata: textOf(sent.privateMetadata) }),
  };
}

/** The object of a stored text. */
export const presentMetadata = (stored: string | null): Record<string, unknown> | null =>
  stored === null ? null : JSON.parse(stored);
