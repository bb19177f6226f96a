import type { IdentityAttachment } from "./social/identity.ts";

type Whose = { readonly accountId: string; readonly now: number };

/** A code of a redirect, and the exchange that it is spent by. */
type SpentCode = { readonly codeHash: string; readonly claim: string };

/** What was proven before a session or a second step may open, and what their statements hang on. */
export type FirstFactorGrant = Whose & { readonly lockoutKey: string } & (
    | {
        readonly by: "password";
        /** The hash that was just checked: if it is not there any more, nothing opens. */
        readonly checkedHash: string;
        /** The same password under today's cost and pepper, where the stored one is older. */
        readonly rehash: string | null;
      }
    | { readonly by: "identity"; readonly attachment: IdentityAttachment }
    /** The code that an app on another origin was given for a proven identity. */
    | ({ readonly by: "code" } & SpentCode)
  );

/**
 * The code that an app on another origin was given for a session of the pages: no first step but a whole
 * sign-in, whose lock and second step are behind it.
 */
export type ChildSessionGrant = Whose & { readonly by: "session" } & SpentCode;

/** Authentication methods of a first step: RFC 8176, and `fed` for a provider's word. */
export const amrOf = (step: FirstFactorGrant): "pwd" | "fed" => (step.by === "password" ? "pwd" : "fed");
