import type { Client, ClientSecret } from "./client.ts";

/** The end of a page of clients. */
export type ClientPosition = { readonly at: number; readonly id: string };

/** A client as its administrators see it. `grants`: the number of consents. */
export type ClientOverview = {
  readonly client: Client;
  /** Those that are valid, newest first. */
  readonly secrets: readonly Omit<ClientSecret, "secretHash">[];
  readonly grants: number;
};

/** The consent of a user, as the administrators of the client see it. */
export type ClientGrant = {
  readonly id: string;
  readonly accountId: string;
  readonly email: string;
  /** Empty: no resource. */
  readonly resource: string;
  readonly scope: string;
  readonly redirectHost: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};
