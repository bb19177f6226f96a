import {
  type AuthenticationResponseJSON,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
} from "@simplewebauthn/browser";
import { type ApiAnswer, areas, isSilent, post, say } from "./page.ts";

/** Milliseconds before the end of a challenge at which the autofill gets another one. */
const MARGIN = 30_000;

/** Sign-in by passkey: from the autofill of the address, and by a button. */
export function setUpSignIn(): void {
  for (const area of areas("sign-in")) {
    area.hidden = false;
    area.querySelector("button")?.addEventListener("click", async () => {
      say(area, null);
      await signIn(area, false);
    });
    void offerAutofill(area);
  }
}

async function offerAutofill(area: HTMLElement): Promise<void> {
  if (await browserSupportsWebAuthnAutofill()) await signIn(area, true);
}

async function signIn(area: HTMLElement, useBrowserAutofill: boolean): Promise<void> {
  const started = await start();
  if (started.code !== null) {
    if (!useBrowserAutofill) say(area, started.code);
    return;
  }
  const { options, expiresIn } = started.data;
  const renewal = useBrowserAutofill ? renewBefore(area, expiresIn) : undefined;
  try {
    const assertion = await startAuthentication({ optionsJSON: options, useBrowserAutofill });
    clearTimeout(renewal);
    await finish(area, assertion);
  } catch (error) {
    clearTimeout(renewal);
    // What ends the autofill was no act of the user.
    if (useBrowserAutofill) return;
    if (!isSilent(error)) say(area, "failed");
    await offerAutofill(area);
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

async function finish(area: HTMLElement, assertion: AuthenticationResponseJSON): Promise<void> {
  const { code, data } = await post("/login/passkey", { assertion, transport: "cookie" });
  if (code === null) {
    location.assign(area.dataset.next ?? "/account");
    return;
  }
  const unknown = data?.unknownCredential;
  say(area, unknown ? "unknown" : code);
  if (unknown) await forget(unknown);
  await offerAutofill(area);
}

type UnknownCredential = { readonly rpId: string; readonly credentialId: string };

declare const PublicKeyCredential: {
  signalUnknownCredential?(options: UnknownCredential): Promise<void>;
};

/** Tells the passkey provider that the service does not know the passkey any more (WebAuthn §5.1.10), if it listens. */
async function forget(unknown: UnknownCredential): Promise<void> {
  await PublicKeyCredential.signalUnknownCredential?.(unknown).catch(() => undefined);
}
