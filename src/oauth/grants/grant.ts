import type { ClientSource } from "../clients/client.ts";

/** What a client may do for an account: by the consent of the user, or as a first-party client. */
export type StoredGrant = {
  readonly id: string;
  /**
   * Whether the user has allowed these scopes. Otherwise the client got them as a first-party one, and must ask once it is
   * none any more.
   */
  readonly isConsented: boolean;
  /** The URI of the resource. Empty: no resource. */
  readonly resource: string;
  /** Space-separated, sorted. */
  readonly scope: string;
  readonly redirectHost: string;
};

/** A consent to store. An earlier one for the same resource and host gets its scopes. */
export type NewGrant = StoredGrant & { readonly clientId: string; readonly now: number };

/** An application of the account's list. Instants in milliseconds. */
export type ConnectedApp = {
  readonly id: string;
  readonly clientId: string;
  readonly name: string;
  readonly logoUri: string | null;
  readonly clientUri: string | null;
  readonly source: ClientSource;
  readonly redirectHost: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  /** When one of its live sessions was last used. Null: it has none. */
  readonly lastUsedAt: number | null;
};
