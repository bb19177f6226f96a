import { accountOf, type Model } from "../model.ts";
import type { Session } from "../records.ts";
import { RECENT } from "../transitions.ts";

/**
 * Whether the user has signed in or reauthenticated in the session recently; of an account with a second factor, by more
 * than the password.
 */
export const isRecent = (model: Model, session: Session): boolean =>
  session.authenticatedAt > model.now() - RECENT &&
  (session.shown !== null || accountOf(model, session)?.secondFactor !== true);

/** Whether the right password is enough for a sensitive change: a second factor must have been shown recently. */
export const isPasswordEnough = (model: Model, session: Session): boolean =>
  accountOf(model, session)?.secondFactor !== true || isRecent(model, session);
