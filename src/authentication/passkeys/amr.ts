import type { Amr } from "../amr.ts";
import type { VerifiedAssertion } from "./assertion.ts";

type Proof = Pick<VerifiedAssertion, "isSynced" | "isUserVerified">;

/** What the use of a passkey proves (RFC 8176): its possession, and the user's presence if the authenticator verified it. */
export const passkeyAmr = ({ isSynced, isUserVerified }: Proof): readonly Amr[] => [
  isSynced ? "swk" : "hwk",
  ...(isUserVerified ? (["user"] as const) : []),
];
