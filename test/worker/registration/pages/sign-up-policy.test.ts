import { describe, expect, it } from "vitest";
import { openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { newAddress, PASSWORD, signedInAs } from "../../../support/users.ts";

const start = (values: Record<string, unknown>) => startService({ env: values });
const fields = { name: "Ada", email: newAddress(), password: PASSWORD };

describe.each([
  ["closed", "This service does not accept new accounts."],
  ["invited", "New accounts are by invitation."],
])("with SIGN_UP=%s", (policy, explanation) => {
  const service = start({ SIGN_UP: policy });

  it("the sign-up page explains it and has no form", async () => {
    const page = await openPageBrowser(service).visit("/sign-up");
    expect([page.status, page.text.includes(explanation)]).toEqual([200, true]);
    expect(page.text).not.toContain('name="password"');
    expect(page.text).toContain('href="/sign-in"');
  });

  it("the sign-up page refuses a form that was opened before", async () => {
    const browser = openPageBrowser(service);
    const page = await browser.visit("/sign-up");
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const answer = await browser.post("/sign-up", { ...fields, csrf });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain("New accounts cannot be created here.");
  });

  it("the sign-in page has no link to the sign-up page", async () => {
    expect((await openPageBrowser(service).visit("/sign-in")).text).not.toContain("/sign-up");
    expect((await openPageBrowser(start({})).visit("/sign-in")).text).toContain('href="/sign-up"');
  });

  it("the sign-up page has its form for BOOTSTRAP_SUPERUSER_EMAIL alone", async () => {
    const email = newAddress();
    const browser = openPageBrowser(start({ SIGN_UP: policy, BOOTSTRAP_SUPERUSER_EMAIL: email }));
    const page = await browser.visit("/sign-up");
    expect(page.text).toContain(explanation);
    const refused = await browser.press(page, { ...fields, email: newAddress() });
    expect([refused.status, refused.text.includes("New accounts cannot be created here.")]).toEqual([
      403,
      true,
    ]);
    expect((await browser.submit(page, { ...fields, email })).path).toBe("/sign-up/check-your-mail");
  });
});

it("the sign-up page names the domains and refuses others at the address", async () => {
  const browser = openPageBrowser(start({ SIGN_UP_DOMAINS: "example.org,example.net" }));
  const page = await browser.visit("/sign-up");
  expect(page.text).toContain("Addresses of example.org or example.net can create an account.");
  const refused = await browser.press(page, fields);
  expect(refused.status).toBe(403);
  expect(refused.text).toMatch(
    /id="email-problem">\s*Addresses of this domain cannot create an account here\./,
  );
});

it("the sign-up page refuses a disposable address", async () => {
  const browser = openPageBrowser(start({ SIGN_UP_DISPOSABLE: "refuse" }));
  const email = `${crypto.randomUUID()}@mailinator.com`;
  const refused = await browser.press(await browser.visit("/sign-up"), { ...fields, email });
  expect([refused.status, refused.text.includes("not a disposable one")]).toEqual([403, true]);
});

it("the page of invitations says that the sign-up is closed", async () => {
  const closed = start({ SIGN_UP: "closed" });
  const { email } = await signedInAs(closed, "admin");
  const browser = await signedInPageBrowser(closed, email);
  const page = await browser.visit("/admin/invite");
  const refused = await browser.press(page, { name: "Grace", email: newAddress(), role: "user" });
  expect([refused.status, refused.text.includes("New accounts cannot be created here.")]).toEqual([
    403,
    true,
  ]);
});
