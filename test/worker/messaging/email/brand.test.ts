import { describe, expect, it } from "vitest";
import { renderMail, verifyEmailMessage } from "../../../support/mails.ts";

describe("the brand of a mail", () => {
  it("adds dark colours by a style sheet without characters that HTML escapes", () => {
    const sheet = /<style>([^<]*)<\/style>/.exec(renderMail(verifyEmailMessage).html)?.[1] ?? "";
    expect(sheet).toContain("@media (prefers-color-scheme: dark)");
    expect(sheet).not.toContain("&");
  });

  it("shows the logo instead of the app name", () => {
    const { html } = renderMail(verifyEmailMessage, null, { logoUrl: "https://cdn.example.com/logo.png" });
    expect(html).toContain('<img src="https://cdn.example.com/logo.png" alt="Acme"');
  });

  it.each([
    ["#112233", "background-color:#112233;color:#ffffff;"],
    ["#ff0", "background-color:#ff0;color:#000000;"],
    ["#FFFFFF", "background-color:#FFFFFF;color:#000000;"],
  ])("puts readable text on a button of the colour %s", (color, style) => {
    expect(renderMail(verifyEmailMessage, null, { color }).html).toContain(style);
  });
});

describe("a hostile brand of a mail", () => {
  it("escapes markup in the app name and keeps the subject on one line", () => {
    const { html, subject } = renderMail(verifyEmailMessage, null, {
      appName: "<b>Acme</b>\r\nBcc: eve@example.com",
    });
    expect(html).not.toContain("<b>");
    expect(subject).toBe("Confirm your email address for <b>Acme</b> Bcc: eve@example.com");
  });

  it.each(["red", "#12345", "#112233;background:url(https://evil.example)", '#fff"onclick="x'])(
    "replaces the invalid colour %j by the default",
    (color) => {
      const { html } = renderMail(verifyEmailMessage, null, { color });
      expect(html).not.toContain(color);
      expect(html).toContain("background-color:#1f6feb;");
    },
  );
});
