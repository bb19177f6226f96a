import type { Result } from "../kernel/result.ts";
import { lookTwice } from "../sign-in/look-twice.ts";
import type { ProvenPerson } from "../sign-in/proven.ts";
import { type Encounter, type MeetDeps, meet } from "./meet.ts";
import type { SocialFailure } from "./social-failure.ts";

type Entrance<T> = (person: ProvenPerson, chosen: boolean) => Promise<Result<T, SocialFailure>>;

/** Meets somebody and lets them in by that entrance. */
export const comeIn = <T>(
  deps: MeetDeps,
  encounter: Encounter,
  enter: Entrance<T>,
): Promise<Result<T, SocialFailure>> =>
  lookTwice(async () => {
    const met = await meet(deps, encounter);
    if (!met.ok) return met;
    const { person, chosen, notice } = met.value;
    const entered = await enter(person, chosen);
    if (entered.ok && notice) deps.messages.deliverSoon([notice]);
    return entered;
  });
