/** Data that the team's services keep with an account. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Of the JSON text of one object. */
export const MAX_METADATA_BYTES = 8192;

/** The metadata of an account, as it is stored: the text of a JSON object. An absent key changes nothing; null clears. */
export type MetadataChange = {
  readonly publicMetadata?: string | null;
  readonly privateMetadata?: string | null;
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
