import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel } from "../../support/assertions.ts";
import { HOUR } from "../../support/outbox.ts";
import { type ApiResponse, startService } from "../../support/service.ts";
import {
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerVerifiedUser,
  subjectsTo,
} from "../../support/users.ts";

const service = startService();
const SUBJECT = "Your account at Gatehouse is deactivated";

async function deactivatedUser(fields: { locale?: string; isVerified?: boolean } = {}): Promise<string> {
  const { email } = await registerVerifiedUser(service);
  const verifiedAt = fields.isVerified === false ? null : 1;
  await env.DB.prepare(
    "UPDATE accounts SET status = 'deactivated', locale = ?, email_verified_at = ? WHERE email = ?",
  )
    .bind(fields.locale ?? "en", verifiedAt, email)
    .run();
  return email;
}

/** The requests that announce a mail. */
const REQUESTS: readonly [string, (email: string) => Promise<ApiResponse>][] = [
  ["a registration", async (email) => (await register(service, email)).answer],
  ["a password reset", (email) => service.post("/forgot-password", { email })],
  ["a new verification link", (email) => service.post("/verify-email/resend", { email })],
  ["a code to sign in", (email) => service.post("/login/email-code", { email })],
];

// Fault 24: the owner got no mail and did not learn why.
describe.each(REQUESTS)("the owner of a deactivated account who asks for %s", (_name, request) => {
  it("gets a mail that says that the account is deactivated, without a link or a code", async () => {
    const email = await deactivatedUser();
    const free = await request(newAddress());
    expect((await request(email)).status).toBe(free.status);
    const [mail, ...others] = await mailTo(service, email);
    expect([mail?.subject, others]).toEqual([SUBJECT, []]);
    expect(mail?.text).toContain("contact the administrators of Gatehouse");
    expect(mail?.text).not.toMatch(/token=|\b\d{6}\b/);
  });

  it("gets one mail an hour, however many requests come at once", async () => {
    const email = await deactivatedUser();
    await inParallel(5, () => request(email));
    expect(await subjectsTo(service, email)).toEqual([SUBJECT]);
    service.clock.advance(HOUR);
    await request(email);
    expect(await subjectsTo(service, email)).toEqual([SUBJECT, SUBJECT]);
  });

  it("gets the mail also if the address was never verified, in the language of the account", async () => {
    const email = await deactivatedUser({ locale: "de", isVerified: false });
    await request(email);
    expect(await subjectsTo(service, email)).toEqual(["Ihr Konto bei Gatehouse ist deaktiviert"]);
  });
});

it.each(REQUESTS)(
  "the owner of an active account who asks for %s gets no such mail",
  async (_name, request) => {
    const { email } = await registerVerifiedUser(service);
    await request(email);
    expect(await subjectsTo(service, email)).not.toContain(SUBJECT);
  },
);

it("an activation ends it: a reset link works again", async () => {
  const email = await deactivatedUser();
  await service.post("/forgot-password", { email });
  await env.DB.prepare("UPDATE accounts SET status = 'active' WHERE email = ?").bind(email).run();
  await service.post("/forgot-password", { email });
  expect((await mailTo(service, email))[0]?.text).toContain("token=");
  expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(200);
});
