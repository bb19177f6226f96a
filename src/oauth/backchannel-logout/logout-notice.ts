import type { Client } from "../clients/client.ts";

/** A notice that only this caller may deliver until its lease ends. */
export type TakenNotice = {
  /** The ended session, which is the `sid` of its ID token. */
  readonly sessionId: string;
  readonly clientId: string;
  readonly accountId: string;
  /** Attempts so far, this one included. */
  readonly attempts: number;
  /** The end of the session. */
  readonly createdAt: number;
  readonly client: Pick<Client, "backchannelLogoutUri" | "idTokenAlg">;
};

/** One taking of a notice. */
export type NoticeTaking = Pick<TakenNotice, "sessionId" | "attempts">;
