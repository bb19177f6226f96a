import { describe, expect, it } from "vitest";
import { render, verify } from "../../../support/mails.ts";

describe("the name that a mail greets with", () => {
  it("escapes a name in HTML, and leaves it as it is in the text", () => {
    const { html, text, subject } = render(verify, `<script>"O'Neil" & co`);
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
  ])("greets without the name %j", (name) => {
    const { text, html } = render(verify, name);
    expect(text).toMatch(/^Hello,\n/);
    expect(html).toContain("Hello,");
    expect(`${text}${html}`).not.toContain("evil");
  });

  it.each(["J.R. Smith", "Dr. Ada", "Ada L.", "José 3.0", "آدا"])("keeps the honest name %j", (name) => {
    expect(render(verify, name).text).toContain(`Hello ${name},`);
  });

  it("keeps a name on one line and in reading order", () => {
    const { text } = render(verify, "Ada\r\n\r\nYou have won\u2028now\u202e!");
    expect(text.split("\n")[0]).toBe("Hello Ada You have won now !,");
  });
});
