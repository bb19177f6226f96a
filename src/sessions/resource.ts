/** A resource server that tokens are issued for (RFC 8707). */
export type Resource = {
  /** The `aud` of its tokens. */
  readonly uri: string;
  /** A short name, for the first-party API and RPC only. */
  readonly alias: string | null;
  /** Its scopes, each with a sentence for the consent page. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Whether clients that no administrator registered may request it: dynamic ones and those of a metadata document. */
  readonly allowsDynamicClients?: boolean;
};

/** The scopes of OpenID Connect Core 1.0 §5.4 and §11 that the service supports. They belong to no resource. */
export const OPENID_SCOPES = ["openid", "profile", "email", "phone", "offline_access"] as const;
