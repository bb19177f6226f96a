import type { JWTPayload } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { type Browser, openBrowser } from "../../../support/browser.ts";
import { readAllRows } from "../../../support/database-rows.ts";
import type { LoopbackAnswer } from "../../../support/loopback/protocol.ts";
import { type Service, startService } from "../../../support/service.ts";
import { openApple } from "../../../support/social/apple.ts";
import { returnFromProvider, start } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { newAddress, registerVerifiedUser } from "../../../support/users.ts";

const TENANT = "11111111-1111-4111-8111-111111111111";

type Forged = Awaited<ReturnType<typeof openForgedIssuer>>;
type Started = { readonly browser: Browser; readonly path: string; readonly nonce: string };

/** One provider: its faked server, and its own way through a sign-in. */
type Subject = {
  readonly issuer: Omit<Forged, "variables">;
  readonly variables: Record<string, string>;
  /** From the start to the callback, whose path is returned. `response`: changes to the authorization response. */
  readonly begin: (service: Service, response?: Record<string, string>) => Promise<Started>;
  /** The claims of its ID tokens, beside those of every provider. */
  readonly claims: JWTPayload;
  /** Claims of an address that it does not call verified. */
  readonly unverified: JWTPayload;
};

const plain = async (provider: string, more: Partial<Subject> = {}): Promise<Subject> => {
  const issuer = await openForgedIssuer({ provider });
  return {
    issuer,
    variables: issuer.variables,
    begin: (service, response) => issuer.startRedirect(service, undefined, response),
    claims: {},
    unverified: { email_verified: false },
    ...more,
  };
};

const SUBJECTS: Record<string, () => Promise<Subject>> = {
  google: () => plain("google"),
  oidc: () => plain("oidc"),
  "oidc-named": () => plain("oidc-named"),
  linkedin: () => plain("linkedin", { claims: { nonce: undefined } }),
  apple: async () => {
    const apple = await openApple();
    const begin = (service: Service, fields = {}) => apple.startAndPost(service, { fields });
    return {
      issuer: apple,
      variables: apple.variables,
      begin,
      claims: {},
      unverified: { email_verified: "false" },
    };
  },
  microsoft: async () => {
    const issuer = await openForgedIssuer({
      provider: "microsoft",
      document: (origin) => ({
        issuer: `${origin}/{tenantid}/v2.0`,
        authorization_response_iss_parameter_supported: undefined,
      }),
    });
    return plain("microsoft", {
      issuer,
      variables: issuer.variables,
      begin: (service, response) => issuer.startRedirect(service, undefined, response),
      claims: {
        tid: TENANT,
        iss: `${issuer.issuer}/${TENANT}/v2.0`,
        email_verified: undefined,
        xms_edov: true,
      },
      unverified: { xms_edov: false },
    });
  },
};

/** The rows that a sign-in writes. */
const signInRows = async () => {
  const { accounts, identities, sessions, outbox } = await readAllRows();
  return { accounts, identities, sessions, outbox };
};

const text = (status: number, body: string): LoopbackAnswer => ({
  kind: "respond",
  status,
  headers: { "content-type": "application/json" },
  body,
});

const FAULTS: [string, LoopbackAnswer][] = [
  ["is dead", { kind: "close" }],
  ["is slow", { kind: "hang" }],
  ["stops in the middle of a response", { kind: "hang_in_body", status: 200 }],
  ["responds with a 500", text(500, "{}")],
  ["responds with garbage", text(200, "<html>")],
];

describe.each(Object.entries(SUBJECTS))("a sign-in at %s", (id, open) => {
  async function arrange(options = {}) {
    const subject = await open();
    const service = startService({ env: subject.variables, ...options });
    const signIn = async (changed: JWTPayload = {}, response: Record<string, string> = {}) => {
      const { browser, path, nonce } = await subject.begin(service, response);
      const own = { nonce, sub: crypto.randomUUID(), email: newAddress(), ...subject.claims };
      const token = await subject.issuer.sign({ ...own, ...changed });
      await subject.issuer.answer(subject.issuer.tokens(token), subject.issuer.keySet);
      return { browser, answer: await returnFromProvider(browser, path) };
    };
    return { ...subject, service, signIn };
  }

  it("opens a session, and the same account at the next sign-in", async () => {
    const { signIn } = await arrange();
    const [sub, email] = [crypto.randomUUID(), newAddress()];
    const first = await signIn({ sub, email });
    expect(first.answer.status).toBe(302);
    const me = (await first.browser.send("GET", "/me")).body.data;
    expect(me.email).toBe(email);
    const second = await signIn({ sub, email: newAddress() });
    expect((await second.browser.send("GET", "/me")).body.data.id).toBe(me.id);
  });

  it("leads back to the sign-in page after the user denies access", async () => {
    const { signIn } = await arrange();
    const { answer } = await signIn({}, { error: "access_denied", code: "" });
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, "/sign-in?returnTo=%2Faccount#"]);
  });

  it("creates no account without an address, with an unverified one or with a malformed one", async () => {
    const { signIn, unverified } = await arrange();
    const before = await signInRows();
    for (const claims of [{ email: undefined }, unverified, { email: "no address" }]) {
      const { answer } = await signIn(claims);
      expectErrorResponse(answer, 403, "email_not_verified");
    }
    expect(await signInRows()).toEqual(before);
  });

  it("does not open the account of another user with an address that the provider does not own", async () => {
    const { service, signIn } = await arrange();
    const { email } = await registerVerifiedUser(service);
    expectErrorResponse((await signIn({ email })).answer, 409, "conflict");
  });

  it("lets its user sign in, unverified, with an address that is only implied", async () => {
    const { signIn } = await arrange();
    const { browser } = await signIn();
    expect((await browser.send("GET", "/me")).body.data.isVerified).toBe(false);
  });

  it.each<[string, JWTPayload]>([
    ["another issuer", { iss: "https://issuer.example.org" }],
    ["another audience", { aud: "another-app" }],
    ["an exp in the past", { exp: 1 }],
    ["no subject", { sub: undefined }],
  ])("refuses an ID token with %s and writes no row", async (_fault, claims) => {
    const { signIn } = await arrange();
    const before = await signInRows();
    expectErrorResponse((await signIn(claims)).answer, 400, "token_invalid");
    expect(await signInRows()).toEqual(before);
  });

  it.each(FAULTS)("is unavailable when the provider %s, and works again later", async (_fault, fault) => {
    const { service, issuer, begin, signIn } = await arrange({ providerTimeoutMs: 500 });
    const before = await signInRows();
    await issuer.answer(fault);
    expectErrorResponse(await start(openBrowser(service), id, "", { Accept: null }), 503, "unavailable");
    const { browser, path } = await begin(service);
    await issuer.answer(fault);
    expectErrorResponse(await returnFromProvider(browser, path), 503, "unavailable");
    expect(service.log.at(-1)?.providerErrors?.[0]).toMatch(new RegExp(`^${id}: `));
    expect(await signInRows()).toEqual(before);
    expect((await signIn()).answer.status).toBe(302);
  });
});
