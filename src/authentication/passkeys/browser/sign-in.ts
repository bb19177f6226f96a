import {
  type AuthenticationResponseJSON,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
} from "@simplewebauthn/browser";
import { type ApiAnswer, areas, isSilent, post, say } from "./page.ts";

/** Milliseconds before the end of a challenge at which the autofill gets another one. */
const MARGIN = 30_000;

/** How a ceremony ended. After `refused` the service has answered, and the page has said why. */
type Outcome = "signed_in" | "refused" | "ended";

/** Sign-in by passkey: from the autofill of the address, and by a button. */
export function setUpSignIn(): void {
  for (const area of areas("sign-in")) {
    area.hidden = false;
    area.querySelector("button")?.addEventListener("click", () => press(area));
    void offerAutofill(area);
  }
}

/** Whether the ceremony of the button runs. A browser has one at a time: another would end it. */
let isPressed = false;

async function press(area: HTMLElement): Promise<void> {
  if (isPressed) return;
  isPressed = true;
  say(area, null);
  const outcome = await signIn(area, false);
  isPressed = false;
  if (outcome !== "signed_in") await offerAutofill(area);
}

async function offerAutofill(area: HTMLElement): Promise<void> {
  if (!(await browserSupportsWebAuthnAutofill())) return;
  // What ends the autofill was no act of the user.
  if ((await signIn(area, true)) === "refused") await offerAutofill(area);
}

async function signIn(area: HTMLElement, useBrowserAutofill: boolean): Promise<Outcome> {
  const started = await start();
  if (started.code !== null) {
    if (!useBrowserAutofill) say(area, started.code);
    return "ended";
  }
  if (useBrowserAutofill && isPressed) return "ended";
  const { options, expiresIn } = started.data;
  const renewal = useBrowserAutofill ? renewBefore(area, expiresIn) : undefined;
  try {
    const assertion = await startAuthentication({ optionsJSON: options, useBrowserAutofill });
    clearTimeout(renewal);
    return await finish(area, assertion);
  } catch (error) {
    clearTimeout(renewal);
    if (!useBrowserAutofill && !isSilent(error)) say(area, "failed");
    return "ended";
  }
}

let latest: Promise<unknown> = Promise.resolve();

/** One request after the other: each response sets the cookie with the challenges that its request had. */
function start(): Promise<ApiAnswer> {
  const started = latest.then(() => post("/login/passkey/options", { transport: "cookie" }));
  latest = started;
  return started;
}

/** A page that stays open gets another challenge before its own expires, once it is visible. */
const renewBefore = (area: HTMLElement, expiresIn: number) =>
  setTimeout(
    () => {
      if (!document.hidden) void offerAutofill(area);
      else document.addEventListener("visibilitychange", () => offerAutofill(area), { once: true });
    },
    expiresIn * 1000 - MARGIN,
  );

async function finish(area: HTMLElement, assertion: AuthenticationResponseJSON): Promise<Outcome> {
  const { code, data } = await post("/login/passkey", { assertion, transport: "cookie" });
  if (code === null) {
    location.assign(area.dataset.next ?? "/account");
    return "signed_in";
  }
  const unknown = data?.unknownCredential;
  say(area, unknown ? "unknown" : code);
  if (unknown) await forget(unknown);
  return "refused";
}

type UnknownCredential = { readonly rpId: string; readonly credentialId: string };

declare const PublicKeyCredential: {
  signalUnknownCredential?(options: UnknownCredential): Promise<void>;
};

/** Tells the passkey provider that the service does not know the passkey any more (WebAuthn §5.1.10), if it listens. */
async function forget(unknown: UnknownCredential): Promise<void> {
  await PublicKeyCredential.signalUnknownCredential?.(unknown).catch(() => undefined);
}
