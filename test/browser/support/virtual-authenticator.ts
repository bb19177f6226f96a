import type { CDPSession, Page } from "playwright-core";

type Options = {
  /** Whether the authenticator verifies the user. */
  readonly verifiesUser?: boolean;
  /** Whether it answers at once. Otherwise those ceremonies that start after `answer` has allowed it. */
  readonly answersAtOnce?: boolean;
};

export type VirtualAuthenticator = Awaited<ReturnType<typeof addVirtualAuthenticator>>;

/** An authenticator of the device that a page runs on (Chrome DevTools Protocol, domain WebAuthn). */
export async function addVirtualAuthenticator(
  page: Page,
  { verifiesUser = true, answersAtOnce = false }: Options = {},
) {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: verifiesUser,
      automaticPresenceSimulation: answersAtOnce,
    },
  });
  const credentials = async () =>
    (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  const replaceCredential = async (changes: { readonly signCount?: number; readonly rpId?: string }) => {
    const [credential] = await credentials();
    if (!credential) throw new Error("The authenticator has no credential.");
    const { credentialId } = credential;
    await cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId });
    await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: { ...credential, ...changes } });
  };
  const answer = (enabled = true) =>
    cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  return {
    credentials,
    /** Whether the user touches it in the ceremonies that start from now on. */
    answer,
    /**
     * Has the user touch it in the ceremony that the act starts, and in later ones. The autofill's gets no answer,
     * and no ceremony waits unanswered before: Chromium would leave it so.
     */
    async answerCeremonyOf(act: () => Promise<unknown>) {
      await page.evaluate(delayCeremonies);
      await act();
      await page.locator("html[data-ceremony]").waitFor({ state: "attached" });
      await answer();
      await page.evaluate(() => document.dispatchEvent(new Event("ceremony-allowed")));
    },
    verifyUser: (isUserVerified: boolean) =>
      cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    remove: async (credentialId: string) =>
      cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId }),
    /** Ends the authenticator, so that the device has none again. */
    end: () => cdp.send("WebAuthn.disable"),
    /** Puts the credential back as a copy of the authenticator would have it. */
    setCounter: (signCount: number) => replaceCredential({ signCount }),
    /** Gives the key of the credential to another relying party. */
    moveTo: (rpId: string) => replaceCredential({ rpId }),
  };
}

/** Delays the ceremonies of the open page, apart from the autofill's, until it gets an event. Runs in the page. */
function delayCeremonies(): void {
  const { credentials } = navigator;
  const get = credentials.get.bind(credentials);
  credentials.get = async (options) => {
    if (options?.mediation !== "conditional") {
      const allowed = new Promise((resolve) => document.addEventListener("ceremony-allowed", resolve));
      document.documentElement.dataset.ceremony = "";
      await allowed;
    }
    return get(options);
  };
}
