import { describe, expect, it } from "vitest";
import { openPageBrowser } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const service = startService();

const alertOf = ({ text }: { readonly text: string }) => /<p class="alert"[^>]*>([^<]*)/.exec(text)?.[1];

/** A browser that refuses every cookie sends the sign-in form. */
async function signInWithoutCookies(at = service, language = "en") {
  const { email } = await registerVerifiedUser(at);
  const browser = openPageBrowser(at, { language });
  const form = await browser.visit("/sign-in");
  browser.jar.clear();
  const answer = await browser.press(form, { email, password: PASSWORD });
  return { email, browser, answer };
}

describe("a browser that refuses cookies", () => {
  it("is told which cookie is missing, for which host, and keeps the address but no session", async () => {
    const { email, answer } = await signInWithoutCookies();
    expect(answer.status).toBe(403);
    expect(answer.text).toContain("did not send the cookie __Host-gh_csrf");
    expect(answer.text).toContain("allow cookies for gatehouse.test");
    expect(answer.text).toContain(`value="${email}"`);
    expect(alertOf(answer)).not.toContain("was open for a long time");
  });

  it("is told so in German", async () => {
    expect((await signInWithoutCookies(service, "de")).answer.text).toContain(
      "das Cookie __Host-gh_csrf nicht",
    );
  });

  it("reads of Safari only where the service has an http address", async () => {
    expect((await signInWithoutCookies()).answer.text).toContain("Safari");
    const secure = startService({ env: { PUBLIC_URL: "https://gatehouse.test" } });
    const { answer } = await signInWithoutCookies(secure);
    expect(answer.text).toContain("__Host-gh_csrf");
    expect(answer.text).not.toContain("Safari");
  });

  it("signs in by sending the form again once it keeps cookies", async () => {
    const { browser, answer } = await signInWithoutCookies();
    expect((await browser.submit({ ...answer, path: "/sign-in" }, { password: PASSWORD })).path).toBe(
      "/account",
    );
  });
});
