import { accountOf, type Model } from "../model.ts";
import type { Session } from "../records.ts";
import { RECENT } from "../transitions.ts";

/** Whether the user has signed in or reauthenticated in the session recently. */
export const isRecent = (model: Model, { isConfirmed, authenticatedAt }: Session): boolean =>
  isConfirmed && authenticatedAt > model.now() - RECENT;

/** Whether the right password is enough for a sensitive change: a second factor must have been shown recently. */
export const isPasswordEnough = (model: Model, session: Session): boolean =>
  accountOf(model, session)?.secondFactor !== true || isRecent(model, session);
