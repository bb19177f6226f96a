import { describe, expect, it } from "vitest";
import { renderMail, verifyEmailMessage } from "../../../support/mails.ts";

describe("the greeting of a mail", () => {
  it("escapes the recipient's name in HTML and not in plain text", () => {
    const { html, text, subject } = renderMail(verifyEmailMessage, `<script>"O'Neil" & co`);
    expect(html).not.toContain("<script");
    expect(html).toContain("Hello &lt;script&gt;&quot;O&#39;Neil&quot; &amp; co,");
    expect(text).toContain(`Hello <script>"O'Neil" & co,`);
    expect(subject).not.toContain("Neil");
  });

  it.each([
    "https://evil.example",
    "visit evil.example",
    "WWW.4evil",
    "evil．example",
    "evil。example",
    "evil｡example",
    "evil.\u200bexample",
    "win at ftp://x",
    "",
    "   ",
    "\r\n",
    null,
  ])("greets without a name if the recipient's name is %j", (name) => {
    const { text, html } = renderMail(verifyEmailMessage, name);
    expect(text).toMatch(/^Hello,\n/);
    expect(html).toContain("Hello,");
    expect(`${text}${html}`).not.toContain("evil");
  });

  it.each(["J.R. Smith", "Dr. Ada", "Ada L.", "José 3.0", "آدا"])(
    "greets with the harmless name %j",
    (name) => {
      expect(renderMail(verifyEmailMessage, name).text).toContain(`Hello ${name},`);
    },
  );

  it("removes line breaks and direction marks from the recipient's name", () => {
    const { text } = renderMail(verifyEmailMessage, "Ada\r\n\r\nYou have won\u2028now\u202e!");
    expect(text.split("\n")[0]).toBe("Hello Ada You have won now !,");
  });
});
