import type { Rotation, RotationOutcome } from "../../sessions/rotation-statements.ts";

/** A session whose refresh token the browser has presented. Only D1 knows whether it is live. */
export type HeldSession = {
  readonly sessionId: string;
  readonly accountId: string;
  /** The generation of the presented token. */
  readonly generation: number;
};

/** The batch that a rotation is part of. */
export type RunRotation = (rotation: Rotation) => Promise<RotationOutcome | null>;

/** The session of the browser's cookies, by their signatures. */
export type BrowserSession = {
  readonly held: HeldSession;
  /**
   * Rotates the refresh token in the batch of the caller, and answers with the new cookies. Null for a session whose access
   * token has not expired. The result is null if the session gets no tokens; a reused token has then ended it.
   */
  readonly rotate: ((run: RunRotation) => Promise<HeldSession | null>) | null;
};
