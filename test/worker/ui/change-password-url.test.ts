import { describe, expect, it } from "vitest";
import { openPageBrowser, signedInPageBrowser } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const service = startService();
const URL_OF_MANAGERS = "/.well-known/change-password";

describe("the well-known URL for changing passwords", () => {
  it.each(["GET", "HEAD"])("redirects %s to the password page", async (method) => {
    const answer = await openPageBrowser(service).send(method, URL_OF_MANAGERS);
    expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/account/password"]);
  });

  it("leads a signed-in user to the form, and others to it by the sign-in page", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    expect((await browser.visit(URL_OF_MANAGERS)).text).toContain('name="newPassword"');
    const other = openPageBrowser(service);
    const page = await other.submit(await other.visit(URL_OF_MANAGERS), { email, password: PASSWORD });
    expect(page.path).toBe("/account/password");
  });

  it("is not found where the deployment has no passwords", async () => {
    const withoutPasswords = startService({ env: { SIGN_IN_METHODS: "passkey,email_code" } });
    expect((await openPageBrowser(withoutPasswords).send("GET", URL_OF_MANAGERS)).status).toBe(404);
  });

  it("is told from a server that answers 200 to every well-known URL", async () => {
    const path = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    expect((await openPageBrowser(service).send("GET", path)).status).toBe(404);
  });
});
