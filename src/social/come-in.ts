import { ok, type Result } from "../kernel/result.ts";
import type { ProvenPerson } from "../sign-in/proven.ts";
import { type Encounter, type MeetDeps, meet } from "./meet.ts";
import type { SocialFailure } from "./social-failure.ts";

type Entrance<T> = (person: ProvenPerson, chosen: boolean) => Promise<Result<T, SocialFailure>>;

/**
 * Meets somebody and lets them in by that entrance. What changed between looking and entering (a
 * second tab that was sooner) is looked at once more, as it is now.
 */
export async function comeIn<T>(
  deps: MeetDeps,
  encounter: Encounter,
  enter: Entrance<T>,
  isSecondLook = false,
): Promise<Result<T | { readonly kind: "linked" }, SocialFailure>> {
  const met = await meet(deps, encounter);
  const outcome = await (async () => {
    if (!met.ok) return met;
    if (met.value.kind === "linked") return ok(met.value);
    const entered = await enter(met.value.person, met.value.chosen);
    if (entered.ok && met.value.notice) deps.messages.deliverSoon([met.value.notice]);
    return entered;
  })();
  const lostRace = !outcome.ok && outcome.error.reason === "changed_meanwhile" && !isSecondLook;
  return lostRace ? comeIn(deps, encounter, enter, true) : outcome;
}
