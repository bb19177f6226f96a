import { startAuthentication } from "@simplewebauthn/browser";
import { areas, beforeSubmit, isSilent, post, say } from "./page.ts";

/** A passkey after another first factor. The area has a form with the field `assertion`. */
export function setUpSecondFactor(): void {
  for (const area of areas("second-factor")) {
    const form = area.querySelector("form");
    const field = form?.querySelector<HTMLInputElement>("input[name=assertion]");
    if (!form || !field) continue;
    area.hidden = false;
    beforeSubmit(form, async () => {
      say(area, null);
      const assertion = await answer(area);
      if (assertion === null) return false;
      field.value = JSON.stringify(assertion);
      return true;
    });
  }
}

async function answer(area: HTMLElement): Promise<object | null> {
  const started = await post(area.dataset.options ?? "/login/otp/options");
  if (started.code !== null) {
    say(area, started.code);
    return null;
  }
  const { data } = started;
  try {
    // A reauthentication answers with the options alone.
    return await startAuthentication({ optionsJSON: data.options ?? data });
  } catch (error) {
    say(area, isSilent(error) ? null : "failed");
    return null;
  }
}
