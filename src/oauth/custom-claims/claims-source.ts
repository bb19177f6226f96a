/** Whom and what a token is for. */
export type ClaimsSubject = {
  /** Null for the token of a machine client, which acts for no user. */
  readonly accountId: string | null;
  readonly clientId: string;
  /** The URI of the resource. Null: the token has none. */
  readonly resource: string | null;
  readonly scopes: readonly string[];
};

/** The RPC interface of the team's Worker behind the service binding `CLAIMS`. */
export type ClaimsSource = {
  /** Returns an object of namespaced claims. It is checked like any input. */
  claimsFor(subject: ClaimsSubject): Promise<unknown>;
};
