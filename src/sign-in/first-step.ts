import type { Joining } from "../identities/identity.ts";

type Whose = { readonly accountId: string; readonly lockKey: string; readonly now: number };

/** What was proven before a session or a second step may open, and what their statements hang on. */
export type FirstStep = Whose &
  (
    | {
        readonly by: "password";
        /** The hash that was just checked: if it is not there any more, nothing opens. */
        readonly checkedHash: string;
        /** The same password under today's cost and pepper, where the stored one is older. */
        readonly rehash: string | null;
      }
    | { readonly by: "identity"; readonly joining: Joining }
    /** The code that an app on another origin was given for a proven identity. */
    | { readonly by: "code"; readonly codeHash: string; readonly claim: string }
  );

/** Authentication methods of a first step: RFC 8176, and `fed` for a provider's word. */
export const amrOf = (step: FirstStep): "pwd" | "fed" => (step.by === "password" ? "pwd" : "fed");
