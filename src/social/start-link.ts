import type { OwnerProof, RoundDraft } from "../identities/identity.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type ConfirmOwnerDeps, confirmOwner, type OwnerClaim } from "./confirm-owner.ts";
import { type OpenRoundDeps, openRound, type Ticket } from "./open-round.ts";
import type { SocialFailure } from "./social-failure.ts";

export type StartLinkDeps = OpenRoundDeps &
  ConfirmOwnerDeps & {
    readonly socialSignIns: {
      openForOwner(draft: RoundDraft, proof: OwnerProof, now: number): Promise<"opened" | "proof_dead">;
    };
  };

type Departure = OwnerClaim & {
  readonly provider: string;
  /** The page of ours that it comes back to. */
  readonly page: string;
  /** The browser's binding, where it has one. */
  readonly binding: string | undefined;
};

/** Sends an owner, who has shown that they are, to a provider whose account is to sign them in. */
export async function startLink(
  deps: StartLinkDeps,
  { provider, page, binding, ...claim }: Departure,
): Promise<Result<Ticket, SocialFailure>> {
  if (!deps.socialProviders.has(provider)) return err({ reason: "unknown_provider" });
  const proof = await confirmOwner(deps, claim);
  if (!proof.ok) return proof;
  const returnTo = deps.settings.publicUrl + page;
  const round = await openRound(deps, { provider, returnTo, codeChallenge: null, binding });
  if (!round.ok) return round;
  const { draft, ...ticket } = round.value;
  const opened = await deps.socialSignIns.openForOwner(draft, proof.value, deps.clock.now());
  return opened === "opened" ? ok(ticket) : err({ reason: opened });
}
