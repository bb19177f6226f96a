import { describe, expect, it } from "vitest";
import { createApiClient } from "../support/api-client.ts";
import { newPhoneNumber } from "../support/one-time-codes.ts";
import { type Service, startService } from "../support/service.ts";
import {
  accountIdOf,
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  signedInAs,
  tokenMailedTo,
} from "../support/users.ts";

const service = startService();
const GERMAN = "de-AT,de;q=0.9,en;q=0.5";
const ENGLISH = "en-GB,en;q=0.9";

/** An API client that sends this Accept-Language header. */
const clientWithLanguage = (language: string | null, token?: string) => {
  const api = createApiClient(service);
  api.use({
    onRequest({ request }) {
      if (language !== null) request.headers.set("Accept-Language", language);
      if (token !== undefined) request.headers.set("Authorization", `Bearer ${token}`);
    },
  });
  return api;
};

/** The subject of the newest mail to an address, and the `lang` attribute of its HTML. */
async function newestMailTo(of: Service, email: string) {
  const [mail] = await mailTo(of, email);
  return { subject: mail?.subject, language: /<html lang="(\w+)">/.exec(mail?.html ?? "")?.[1] };
}

async function memberWithLanguage(language: string | null): Promise<string> {
  const email = newAddress();
  const api = clientWithLanguage(language);
  const { response } = await api.POST("/api/auth/register", {
    body: { email, password: PASSWORD, name: "Ada" },
  });
  expect(response.status).toBe(201);
  await api.POST("/api/auth/verify-email", { body: { token: await tokenMailedTo(service, email) } });
  return email;
}

describe("mail language", () => {
  it.each([
    [GERMAN, "de", "Bestätigen Sie Ihre E-Mail-Adresse für Gatehouse"],
    [ENGLISH, "en", "Confirm your email address for Gatehouse"],
    ["fr-FR,fr;q=0.9", "en", "Confirm your email address for Gatehouse"],
    [null, "en", "Confirm your email address for Gatehouse"],
  ])(
    "sends mail to a user who registers with Accept-Language %j in %s",
    async (acceptLanguage, language, subject) => {
      const email = await memberWithLanguage(acceptLanguage);
      expect(await newestMailTo(service, email)).toEqual({ subject, language });
    },
  );

  it("sends mail in the account's language when a browser with another language triggers it", async () => {
    const email = await memberWithLanguage(GERMAN);
    await clientWithLanguage(ENGLISH).POST("/api/auth/forgot-password", { body: { email } });
    expect(await newestMailTo(service, email)).toEqual({
      subject: "Wählen Sie ein neues Passwort für Gatehouse",
      language: "de",
    });
    await clientWithLanguage(ENGLISH).POST("/api/auth/register", {
      body: { email, password: PASSWORD, name: "Eve" },
    });
    expect(await newestMailTo(service, email)).toEqual({
      subject: "Sie haben bereits ein Konto bei Gatehouse",
      language: "de",
    });
  });

  it("sends mail to an unconfirmed new address in the account's language", async () => {
    const email = await memberWithLanguage(GERMAN);
    const newEmail = newAddress();
    const { token } = await logIn(service, email);
    await clientWithLanguage(ENGLISH, token).POST("/api/auth/me/email", {
      body: { newEmail, password: PASSWORD },
    });
    expect(await newestMailTo(service, newEmail)).toEqual({
      subject: "Bestätigen Sie Ihre neue E-Mail-Adresse für Gatehouse",
      language: "de",
    });
  });

  it("sends an invitation in the admin's language and later mail in the invited user's language", async () => {
    const admin = await signedInAs(service, "admin");
    const email = newAddress();
    await clientWithLanguage(GERMAN, admin.token).POST("/api/auth/users", { body: { email, name: "Bo" } });
    expect(await newestMailTo(service, email)).toEqual({
      subject: "Sie sind zu Gatehouse eingeladen",
      language: "de",
    });
    const token = await tokenMailedTo(service, email);
    await clientWithLanguage(ENGLISH).POST("/api/auth/reset-password", {
      body: { token, newPassword: PASSWORD },
    });
    await clientWithLanguage(GERMAN).POST("/api/auth/forgot-password", { body: { email } });
    expect(await newestMailTo(service, email)).toMatchObject({ language: "en" });
  });

  it("keeps the account's language when a browser with another language resets the password", async () => {
    const email = await memberWithLanguage(GERMAN);
    await clientWithLanguage(GERMAN).POST("/api/auth/forgot-password", { body: { email } });
    const token = await tokenMailedTo(service, email);
    await clientWithLanguage(ENGLISH).POST("/api/auth/reset-password", {
      body: { token, newPassword: "another quiet lighthouse 8" },
    });
    expect(await newestMailTo(service, email)).toEqual({
      subject: "Ihr Passwort für Gatehouse wurde geändert",
      language: "de",
    });
  });

  it("sends mail in the default language to an account without a stored locale", async () => {
    const email = await memberWithLanguage(GERMAN);
    const id = await accountIdOf(email);
    await service.env.DB.prepare("UPDATE accounts SET locale = NULL WHERE id = ?").bind(id).run();
    await clientWithLanguage(GERMAN).POST("/api/auth/forgot-password", { body: { email } });
    expect(await newestMailTo(service, email)).toMatchObject({ language: "en" });
  });
});

describe("text message language", () => {
  it("sends a text message in the account's language", async () => {
    const { token } = await logIn(service, await memberWithLanguage(GERMAN));
    const phone = newPhoneNumber();
    await clientWithLanguage(ENGLISH, token).POST("/api/auth/me/phone", { body: { phone } });
    expect((await mailTo(service, phone))[0]?.text).toMatch(/^\d{6} ist Ihr Code für Gatehouse\. /);
  });
});
