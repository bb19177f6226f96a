import type { Account } from "../accounts/account.ts";
import type { ParentSession } from "./create-child-session.ts";

/** A code that is still good, and whose. */
export type LiveAuthorizationCode = {
  readonly origin: string;
  readonly codeChallenge: string | null;
  readonly account: Account;
  readonly loginOtp: boolean;
  readonly devicesKnownSince: number;
  /** The session that it was given to, while that lives; null for a code that an identity was given. */
  readonly parent: ParentSession | null;
};
