import { describe, expect, it } from "vitest";
import { idOf, signedInAs } from "../support/admins.ts";
import { clientOf } from "../support/api-client.ts";
import { newNumber } from "../support/phones.ts";
import { type Service, startService } from "../support/service.ts";
import { logIn, mailTo, newAddress, PASSWORD, tokenMailedTo } from "../support/users.ts";

const service = startService();
const GERMAN = "de-AT,de;q=0.9,en;q=0.5";
const ENGLISH = "en-GB,en;q=0.9";

/** Calls of a browser that asks for that language. */
const speaking = (language: string | null, token?: string) => {
  const api = clientOf(service);
  api.use({
    onRequest({ request }) {
      if (language !== null) request.headers.set("Accept-Language", language);
      if (token !== undefined) request.headers.set("Authorization", `Bearer ${token}`);
    },
  });
  return api;
};

/** The newest mail to an address: its subject, and the language that its document says it is in. */
async function newestTo(of: Service, email: string) {
  const [mail] = await mailTo(of, email);
  return { subject: mail?.subject, language: /<html lang="(\w+)">/.exec(mail?.html ?? "")?.[1] };
}

async function memberSpeaking(language: string | null): Promise<string> {
  const email = newAddress();
  const api = speaking(language);
  const { response } = await api.POST("/api/auth/register", {
    body: { email, password: PASSWORD, name: "Ada" },
  });
  expect(response.status).toBe(201);
  await api.POST("/api/auth/verify-email", { body: { token: await tokenMailedTo(service, email) } });
  return email;
}

describe("mail", () => {
  it.each([
    [GERMAN, "de", "Bestätigen Sie Ihre E-Mail-Adresse für Gatehouse"],
    [ENGLISH, "en", "Confirm your email address for Gatehouse"],
    ["fr-FR,fr;q=0.9", "en", "Confirm your email address for Gatehouse"],
    [null, "en", "Confirm your email address for Gatehouse"],
  ])("to whoever registers with Accept-Language %j is in %s", async (asked, language, subject) => {
    const email = await memberSpeaking(asked);
    expect(await newestTo(service, email)).toEqual({ subject, language });
  });

  it("is in the account's own language, whoever's browser set it off", async () => {
    const email = await memberSpeaking(GERMAN);
    await speaking(ENGLISH).POST("/api/auth/forgot-password", { body: { email } });
    expect(await newestTo(service, email)).toEqual({
      subject: "Wählen Sie ein neues Passwort für Gatehouse",
      language: "de",
    });
    await speaking(ENGLISH).POST("/api/auth/register", { body: { email, password: PASSWORD, name: "Eve" } });
    expect(await newestTo(service, email)).toEqual({
      subject: "Sie haben bereits ein Konto bei Gatehouse",
      language: "de",
    });
  });

  it("to an address that is not the account's yet is in the account's language", async () => {
    const email = await memberSpeaking(GERMAN);
    const newEmail = newAddress();
    const { token } = await logIn(service, email);
    await speaking(ENGLISH, token).POST("/api/auth/me/email", { body: { newEmail, password: PASSWORD } });
    expect(await newestTo(service, newEmail)).toEqual({
      subject: "Bestätigen Sie Ihre neue E-Mail-Adresse für Gatehouse",
      language: "de",
    });
  });

  it("to somebody invited is in the admin's language, and then in their own", async () => {
    const admin = await signedInAs(service, "admin");
    const email = newAddress();
    await speaking(GERMAN, admin.token).POST("/api/auth/users", { body: { email, name: "Bo" } });
    expect(await newestTo(service, email)).toEqual({
      subject: "Sie sind zu Gatehouse eingeladen",
      language: "de",
    });
    const token = await tokenMailedTo(service, email);
    await speaking(ENGLISH).POST("/api/auth/reset-password", { body: { token, newPassword: PASSWORD } });
    await speaking(GERMAN).POST("/api/auth/forgot-password", { body: { email } });
    expect(await newestTo(service, email)).toMatchObject({ language: "en" });
  });

  it("keeps its language when an old password is reset in a browser of another", async () => {
    const email = await memberSpeaking(GERMAN);
    await speaking(GERMAN).POST("/api/auth/forgot-password", { body: { email } });
    const token = await tokenMailedTo(service, email);
    await speaking(ENGLISH).POST("/api/auth/reset-password", {
      body: { token, newPassword: "another quiet lighthouse 8" },
    });
    expect(await newestTo(service, email)).toEqual({
      subject: "Ihr Passwort für Gatehouse wurde geändert",
      language: "de",
    });
  });

  it("goes to accounts from before languages in the default one", async () => {
    const email = await memberSpeaking(GERMAN);
    const id = await idOf(email);
    await service.env.DB.prepare("UPDATE accounts SET locale = NULL WHERE id = ?").bind(id).run();
    await speaking(GERMAN).POST("/api/auth/forgot-password", { body: { email } });
    expect(await newestTo(service, email)).toMatchObject({ language: "en" });
  });
});

describe("a text message", () => {
  it("is in the account's language", async () => {
    const { token } = await logIn(service, await memberSpeaking(GERMAN));
    const phone = newNumber();
    await speaking(ENGLISH, token).POST("/api/auth/me/phone", { body: { phone } });
    expect((await mailTo(service, phone))[0]?.text).toMatch(/^\d{6} ist Ihr Code für Gatehouse\. /);
  });
});
