/** What a Worker of the team is told. `gatehouse/client` has the same types for that Worker (docs/deletion.md). */
export type AuthEvent = {
  readonly type: "user.deleted";
  /** The id of the account, which exists no more. */
  readonly id: string;
  /** When it was erased, in ISO 8601. */
  readonly at: string;
  /** The same for every delivery of the event. */
  readonly eventId: string;
};

/** The RPC method of a Worker that is bound as `EVENTS_<NAME>`. */
export type AuthEventReceiver = { onAuthEvent(event: AuthEvent): Promise<void> | void };
