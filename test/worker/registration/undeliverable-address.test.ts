import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { recordD1 } from "../../support/d1.ts";
import { openLoopback } from "../../support/loopback/loopback.ts";
import { openPageBrowser } from "../../support/pages.ts";
import { type Service, startService } from "../../support/service.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { logIn, PASSWORD, registerVerifiedUser, signedInAs, usersApiAs } from "../../support/users.ts";

// RFC 6531: mail to a local part outside of ASCII needs a provider with SMTPUTF8.

const mail = openLoopback();
const social = openProviders();

const http = { MAIL_API_KEY: "key", MAIL_API_BASE: mail.url };
const mailProviders = {
  mailbox: { variables: {}, carriesUnicode: true },
  resend: { variables: http, carriesUnicode: false },
  postmark: { variables: http, carriesUnicode: false },
  sendgrid: { variables: http, carriesUnicode: false },
  mailgun: { variables: { ...http, MAIL_DOMAIN: "mail.example.com" }, carriesUnicode: true },
  brevo: { variables: http, carriesUnicode: false },
  ses: {
    variables: {
      MAIL_SES_REGION: "eu-west-1",
      MAIL_SES_ACCESS_KEY_ID: "id",
      MAIL_SES_SECRET_ACCESS_KEY: "secret",
      MAIL_API_BASE: mail.url,
    },
    carriesUnicode: false,
  },
  cloudflare: { variables: {}, carriesUnicode: false },
} as const;

const start = (provider: keyof typeof mailProviders, db = env.DB) =>
  startService({
    env: {
      ...social.variables,
      ...mailProviders[provider].variables,
      MAIL_PROVIDER: provider,
      SIGN_IN_METHODS: "password,email_code,social",
      DB: db,
    },
  });

let addresses = 0;
const newUnicodeAddress = () => `jürgen-${++addresses}@example.com`;

/** Every request that would mail something to an address, or give it to an account. */
const requests: Record<string, (service: Service, email: string) => ReturnType<Service["post"]>> = {
  registration: (service, email) => service.post("/register", { email, password: PASSWORD, name: "Jürgen" }),
  "a resend of the verification link": (service, email) => service.post("/verify-email/resend", { email }),
  "a password reset": (service, email) => service.post("/forgot-password", { email }),
  "a sign-in by email code": (service, email) => service.post("/login/email-code", { email }),
  "a token of a provider": async (service, email) => {
    const accessToken = await social.tokenOf(socialUser({ email }));
    return service.post("/social/github/token", { accessToken });
  },
  "an invitation": async (service, email) => {
    const admin = await signedInAs(service, "admin");
    return usersApiAs(service, admin).call("POST", "", { email, name: "Jürgen" });
  },
  "an email change": async (service, email) => {
    const user = await registerVerifiedUser(service);
    const { token } = await logIn(service, user.email);
    return service.post("/me/email", { newEmail: email, password: PASSWORD }, token);
  },
};

const countRows = (email: string) =>
  env.DB.prepare(
    "SELECT (SELECT count(*) FROM accounts WHERE email = ?1) + (SELECT count(*) FROM queued_requests) AS n",
  )
    .bind(email)
    .first("n");

describe.each(Object.entries(mailProviders))("with the mail provider %s", (provider, { carriesUnicode }) => {
  const service = start(provider as keyof typeof mailProviders);

  it.each(Object.entries(requests))(
    `${carriesUnicode ? "accepts" : "refuses"} %s with a local part outside of ASCII`,
    async (_name, request) => {
      const email = newUnicodeAddress();
      const answer = await request(service, email);
      if (carriesUnicode) {
        expect(answer.status).toBeLessThan(300);
        return;
      }
      expectErrorResponse(answer, 403, "address_undeliverable");
      expect(answer.body.message).toMatch(/cannot send mail to addresses with characters outside of ASCII/);
      expect(await countRows(email)).toBe(0);
    },
  );

  it("accepts a domain outside of ASCII, which is stored in ASCII", async () => {
    const email = `juergen-${++addresses}@bücher.example`;
    expect((await requests.registration?.(service, email))?.status).toBe(201);
  });
});

describe("an address that the mail provider cannot send to", () => {
  it("gets the same refusal and the same work with and without an account", async () => {
    const known = newUnicodeAddress();
    await registerVerifiedUser(startService(), known);
    for (const name of [
      "registration",
      "a resend of the verification link",
      "a password reset",
      "a sign-in by email code",
    ]) {
      const outcomes = [];
      for (const email of [known, newUnicodeAddress()]) {
        const d1 = recordD1(env.DB);
        const { status, body } = (await requests[name]?.(start("ses", d1.db), email)) ?? {};
        outcomes.push([status, body?.error?.code, body?.message, d1.statements.map(({ sql }) => sql)]);
      }
      expect(outcomes[0], name).toEqual(outcomes[1]);
    }
  });

  it("can still sign in by password to an account from before", async () => {
    const email = newUnicodeAddress();
    await registerVerifiedUser(startService(), email);
    expect((await logIn(start("ses"), email)).token).toBeTruthy();
  });

  it.each([
    ["en", "We cannot send mail to addresses with accents or special letters before the @."],
    ["de", "An Adressen mit Umlauten oder Sonderzeichen vor dem @ können wir keine E-Mails senden."],
  ])("is refused on the pages in %s with a sentence about the address", async (language, sentence) => {
    for (const path of ["/sign-up", "/forgot-password", "/sign-up/check-your-mail"]) {
      const browser = openPageBrowser(start("ses"), { language });
      const fields = { name: "Jürgen", email: newUnicodeAddress(), password: PASSWORD };
      const page = await browser.submit(
        await browser.visit(path),
        path === "/sign-up" ? fields : { email: fields.email },
      );
      expect(page.status, path).toBe(403);
      expect(page.text, path).toContain(sentence);
    }
  });
});
