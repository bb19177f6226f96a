import { platformAuthenticatorIsAvailable, startRegistration } from "@simplewebauthn/browser";
import { type ApiAnswer, areas, beforeSubmit, isSilent, post, say } from "./page.ts";

const DAY = 24 * 60 * 60 * 1000;

/** The instant until which this browser does not offer a passkey again. */
const OFFER_AFTER = "gatehouse-passkey-offer-after";

/** New passkeys. The form that is submitted afterwards leads to the list. */
export function setUpCreation(): void {
  for (const area of areas("create")) {
    const form = area.querySelector("form");
    if (!form) continue;
    area.hidden = false;
    beforeSubmit(form, () => create(area));
  }
}

async function create(area: HTMLElement): Promise<boolean> {
  say(area, null);
  const started = await postInSession("/me/factors/passkeys/options");
  if (started.code !== null) return refuse(area, started.code);
  try {
    const attestation = await startRegistration({ optionsJSON: started.data.options });
    const added = await post("/me/factors/passkeys", { attestation });
    return added.code === null || refuse(area, added.code);
  } catch (error) {
    const isKnown = error instanceof Error && error.name === "InvalidStateError";
    say(area, isKnown ? "already" : isSilent(error) ? null : "failed");
    return false;
  }
}

/** The page of the passkeys asks the user to confirm first. */
function refuse(area: HTMLElement, code: string): false {
  if (code === "reauthentication_required") location.assign("/account/passkeys");
  else say(area, code);
  return false;
}

/** The access token of a page that stays open expires. Loading a page renews it. */
async function postInSession(path: string): Promise<ApiAnswer> {
  const answer = await post(path);
  if (answer.status !== 401) return answer;
  await fetch(location.href, { headers: { Accept: "text/html" } });
  return post(path);
}

/** Offers a passkey after a sign-in, if the device itself can keep one. "Not now" is remembered for 30 days. */
export async function setUpOffer(): Promise<void> {
  for (const area of areas("offer")) {
    if (Number(localStorage.getItem(OFFER_AFTER) ?? 0) > Date.now()) continue;
    if (!(await platformAuthenticatorIsAvailable())) continue;
    area.querySelector("[data-passkey-later]")?.addEventListener("click", () => {
      localStorage.setItem(OFFER_AFTER, String(Date.now() + 30 * DAY));
      area.hidden = true;
    });
    area.hidden = false;
  }
}
