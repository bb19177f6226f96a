/** What Gatehouse tells a Worker of the team (docs/deletion.md). */
export type AuthEvent = {
  readonly type: "user.deleted";
  /** The id of the account, which exists no more. */
  readonly id: string;
  /** When it was erased, in ISO 8601. */
  readonly at: string;
  /** The same for every delivery of the event: a Worker may receive it more than once. */
  readonly eventId: string;
};

/** The RPC method of a Worker that Gatehouse binds as `EVENTS_<NAME>`. An exception makes Gatehouse try again. */
export interface AuthEventReceiver {
  onAuthEvent(event: AuthEvent): Promise<void> | void;
}
