import type { IdentityAttachment } from "./social/identity.ts";

/** `now`: the instant (ms) of the verification. */
type GrantSubject = { readonly accountId: string; readonly now: number };

/** An authorization code, and the id of the exchange that consumes it. */
type ConsumedCode = { readonly codeHash: string; readonly claim: string };

/**
 * A verified first factor. The batch that opens a session or a second factor for it checks that it is
 * still valid.
 */
export type FirstFactorGrant = GrantSubject & { readonly lockoutKey: string } & (
    | {
        readonly by: "password";
        /** The hash that the password was verified against. If the account has another one, nothing opens. */
        readonly checkedHash: string;
        /** The password under the current cost and pepper; null if the stored hash has them already. */
        readonly rehash: string | null;
      }
    | { readonly by: "identity"; readonly attachment: IdentityAttachment }
    /** The authorization code that an app on another origin received for a verified identity. */
    | ({ readonly by: "code" } & ConsumedCode)
  );

/**
 * The authorization code that an app on another origin received for a page session. It replaces a whole
 * sign-in: the lockout and the second factor were checked when that session opened.
 */
export type ChildSessionGrant = GrantSubject & { readonly by: "session" } & ConsumedCode;

/** Everything that a session can be opened for. */
export type SessionGrant = FirstFactorGrant | ChildSessionGrant;

/** The authentication method of a first factor: `pwd` of RFC 8176, or `fed` for a provider's assertion. */
export const amrOf = (grant: FirstFactorGrant): "pwd" | "fed" => (grant.by === "password" ? "pwd" : "fed");
