import type { Frame, Page } from "playwright-core";
import type { Session, Setup } from "./passkey-fixtures.ts";

type Answer = { readonly status: number; readonly code: string | null };

/** Posts to the API, as an app on a device does: without the browser's cookies. */
async function post({ origin }: Setup, path: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${origin}/api/auth${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const { data, error } = await response.json();
  return { status: response.status, data, code: error?.code ?? null };
}

/** Opens a page with that body at a URL that no server has. */
export async function openPageAt(page: Page, url: string, body = "a page"): Promise<void> {
  await page.route(url, (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto(url);
}

type Overrides = { readonly rpId?: string };

/**
 * Has the browser of a page or a frame answer the options of a new sign-in, and posts that assertion. Returns the
 * answer of the service, and what the browser has put into the client data.
 */
export async function signInFrom(setup: Setup, frame: Page | Frame, overrides: Overrides = {}) {
  const started = await post(setup, "/login/passkey/options", {});
  const { challengeId, options } = started.data;
  const assertion = await frame.evaluate(answer, { ...options, ...overrides });
  const clientData = JSON.parse(Buffer.from(assertion.response.clientDataJSON, "base64url").toString());
  const { status, code } = await post(setup, "/login/passkey", { challengeId, assertion });
  return { status, code, clientData };
}

/** Runs in the page. */
async function answer(options: PublicKeyCredentialRequestOptionsJSON) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  return credential.toJSON();
}

/**
 * Presses the button of the sign-in page, and keeps what its script sends from the service. Returns a function that
 * sends exactly that, with the cookies that the browser had then.
 */
export async function interceptAssertion(
  setup: Setup,
  { page }: Pick<Session, "page">,
  press: () => Promise<unknown>,
): Promise<() => Promise<Answer>> {
  const path = "/login/passkey";
  const url = `${setup.origin}/api/auth${path}`;
  const intercepted = page.waitForRequest(url);
  await page.route(url, (route) => route.abort());
  await press();
  const request = await intercepted;
  const cookies = await page.context().cookies();
  const headers = {
    Origin: setup.origin,
    "X-CSRF-Token": request.headers()["x-csrf-token"] ?? "",
    Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
  };
  const body = request.postDataJSON();
  return async () => {
    const { status, code } = await post(setup, path, body, headers);
    return { status, code };
  };
}

/** The sessions of an account. */
export const countSessions = async ({ configured }: Setup, email: string): Promise<number> =>
  (await configured.db
    .prepare(
      "SELECT count(*) AS n FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email = ?1)",
    )
    .bind(email)
    .first<number>("n")) ?? -1;

/** Changes what the ceremonies of the open page ask for, apart from the autofill's. */
export const changeRequests = (
  page: Page,
  changes: { readonly userVerification?: "discouraged"; readonly credentialId?: string },
) =>
  page.evaluate(({ userVerification, credentialId }) => {
    const { credentials } = navigator;
    const get = credentials.get.bind(credentials);
    credentials.get = (options) => {
      if (!options?.publicKey || options.mediation === "conditional") return get(options);
      const publicKey = { ...options.publicKey };
      if (userVerification) publicKey.userVerification = userVerification;
      if (credentialId) {
        const id = Uint8Array.from(atob(credentialId), (character) => character.charCodeAt(0));
        publicKey.allowCredentials = [{ type: "public-key", id }];
      }
      return get({ ...options, publicKey });
    };
  }, changes);
