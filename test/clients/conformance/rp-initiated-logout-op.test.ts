import { beforeAll, describe, expect, inject, it } from "vitest";
import { SIGNED_OUT_URI } from "../support/register-client.ts";
import { formsIn, type Page } from "../support/user-agent.ts";
import { newUser, type User } from "../support/users.ts";
import { endpoint, openRelyingParty, type Parameters, type RelyingParty } from "./relying-party.ts";

// The modules of the plan "oidcc-rp-initiated-logout-certification-test-plan" (RP-Initiated Logout OP) of the OpenID
// conformance suite, by name.

let user: User;
beforeAll(async () => {
  user = await newUser();
});

const STATE = "a state";

async function signedIn() {
  const party = await openRelyingParty(user);
  return { party, ...(await party.signIn()) };
}

function logoutUrl(parameters: Parameters): string {
  const url = new URL(endpoint("/oauth/logout"));
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

const isAtService = ({ url }: Page): boolean => url.origin === inject("clientsService").issuer;

/** Whether `prompt=none` still finds the session. */
async function isSignedIn(party: RelyingParty): Promise<boolean> {
  const { url } = await party.agent.open(party.authorizationUrl({ prompt: "none" }));
  return url.searchParams.has("code");
}

const asks = (page: Page): boolean => formsIn(page).some(({ values }) => values.act === "end");

it("oidcc-rp-initiated-logout-discovery-endpoint-verification", async () => {
  const metadata = (await (await fetch(endpoint("/.well-known/openid-configuration"))).json()) as object;
  expect(metadata).toMatchObject({ end_session_endpoint: endpoint("/oauth/logout") });
});

describe("a logout that the client proves by its ID token", () => {
  it("oidcc-rp-initiated-logout", async () => {
    const { party, idToken } = await signedIn();
    const page = await party.agent.open(
      logoutUrl({ id_token_hint: idToken, post_logout_redirect_uri: SIGNED_OUT_URI, state: STATE }),
    );
    expect([page.url.origin + page.url.pathname, Object.fromEntries(page.url.searchParams)]).toEqual([
      SIGNED_OUT_URI,
      { state: STATE },
    ]);
    expect(await isSignedIn(party)).toBe(false);
  });

  it("oidcc-rp-initiated-logout-no-state", async () => {
    const { party, idToken } = await signedIn();
    const page = await party.agent.open(
      logoutUrl({ id_token_hint: idToken, post_logout_redirect_uri: SIGNED_OUT_URI }),
    );
    expect(page.url.href).toBe(SIGNED_OUT_URI);
    expect(await isSignedIn(party)).toBe(false);
  });

  it("oidcc-rp-initiated-logout-no-post-logout-redirect-uri", async () => {
    const { party, idToken } = await signedIn();
    const page = await party.agent.open(logoutUrl({ id_token_hint: idToken, state: STATE }));
    expect([page.status, isAtService(page), asks(page)]).toEqual([200, true, false]);
    expect(await isSignedIn(party)).toBe(false);
  });
});

describe("a logout that is not proven asks the user", () => {
  it.each<[string, Parameters]>([
    ["oidcc-rp-initiated-logout-no-params", {}],
    ["oidcc-rp-initiated-logout-only-state", { state: STATE }],
  ])("%s", async (_, parameters) => {
    const { party } = await signedIn();
    const page = await party.agent.open(logoutUrl(parameters));
    expect([isAtService(page), asks(page), await isSignedIn(party)]).toEqual([true, true, true]);
    const after = await party.agent.submit(page, { act: "end" });
    expect([isAtService(after), await isSignedIn(party)]).toEqual([true, false]);
  });

  it("oidcc-rp-initiated-logout-no-id-token-hint", async () => {
    const { party } = await signedIn();
    const page = await party.agent.open(
      logoutUrl({ client_id: party.client.id, post_logout_redirect_uri: SIGNED_OUT_URI, state: STATE }),
    );
    expect([isAtService(page), asks(page), await isSignedIn(party)]).toEqual([true, true, true]);
    const after = await party.agent.submit(page, { act: "end" });
    expect(after.url.origin + after.url.pathname).toBe(SIGNED_OUT_URI);
    expect(await isSignedIn(party)).toBe(false);
  });
});

describe("a logout with a wrong parameter redirects to no client", () => {
  const wrongSignature = (idToken: string): string => {
    const [header, payload, signature = ""] = idToken.split(".");
    return [header, payload, (signature.startsWith("A") ? "B" : "A") + signature.slice(1)].join(".");
  };

  it.each<[string, (idToken: string) => Parameters]>([
    [
      "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
      (idToken) => ({
        id_token_hint: idToken,
        post_logout_redirect_uri: "https://client.example.com/other",
        state: STATE,
      }),
    ],
    [
      "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
      (idToken) => ({
        id_token_hint: idToken,
        post_logout_redirect_uri: `${SIGNED_OUT_URI}?foo=bar`,
        state: STATE,
      }),
    ],
    [
      "oidcc-rp-initiated-logout-modified-id-token-hint",
      (idToken) => ({
        id_token_hint: wrongSignature(idToken),
        post_logout_redirect_uri: SIGNED_OUT_URI,
        state: STATE,
      }),
    ],
    [
      "oidcc-rp-initiated-logout-bad-id-token-hint",
      () => ({
        // Of another issuer.
        id_token_hint: "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUuY29tIiwic3ViIjoiYSJ9.",
        post_logout_redirect_uri: SIGNED_OUT_URI,
        state: STATE,
      }),
    ],
  ])("%s", async (_, parametersOf) => {
    const { party, idToken } = await signedIn();
    const page = await party.agent.open(logoutUrl(parametersOf(idToken)));
    expect([isAtService(page), page.status]).toEqual([true, 400]);
    expect(await isSignedIn(party)).toBe(true);
  });
});
