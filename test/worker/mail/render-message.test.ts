import { describe, expect, it } from "vitest";
import type { MailMessage } from "../../../src/mail/message.ts";
import { renderMessage } from "../../../src/mail/messages/render-message.tsx";

const URL_WITH_TOKEN = "https://auth.example.com/verify-email?token=AbC-_123xyz&from=mail";
const LIVES: Partial<Record<MailMessage["kind"], number>> = { reset_password: 30 * 60_000 };
const A_DAY = 24 * 3_600_000;

const brand = {
  appName: "Acme",
  logoUrl: null,
  color: "#112233",
  publicUrl: "https://auth.example.com",
};

const render = (
  message: MailMessage,
  recipientName: string | null = "Ada",
  changes: Partial<typeof brand> = {},
) =>
  renderMessage({
    message,
    recipientName,
    brand: { ...brand, ...changes },
    locale: "en",
    life: LIVES[message.kind] ?? A_DAY,
  });

const verify: MailMessage = { kind: "verify_email", url: URL_WITH_TOKEN };

const withLink: readonly [MailMessage, string, string, string | null][] = [
  [verify, "Confirm your email address for Acme", URL_WITH_TOKEN, "24 hours"],
  [
    { kind: "reset_password", url: URL_WITH_TOKEN },
    "Choose a new password for Acme",
    URL_WITH_TOKEN,
    "30 minutes",
  ],
  [
    { kind: "confirm_new_email", url: URL_WITH_TOKEN },
    "Confirm your new email address for Acme",
    URL_WITH_TOKEN,
    "24 hours",
  ],
];
const withoutLink: readonly [MailMessage, string][] = [
  [{ kind: "account_exists" }, "You already have an account at Acme"],
  [{ kind: "password_changed" }, "Your password for Acme was changed"],
  [{ kind: "email_change_requested" }, "A new email address was asked for at Acme"],
  [{ kind: "email_changed" }, "Your email address at Acme was changed"],
  [{ kind: "account_deactivated" }, "Your account at Acme was deactivated"],
  [{ kind: "session_ended_after_reuse" }, "We ended one of your sessions at Acme"],
];
const every = [...withLink, ...withoutLink].map(([message]) => message);

/** The links of a mail, as a browser would read them. */
async function linksOf(html: string): Promise<string[]> {
  const links: string[] = [];
  const rewriter = new HTMLRewriter().on("a", {
    element: (anchor) => void links.push((anchor.getAttribute("href") ?? "").replaceAll("&amp;", "&")),
  });
  await rewriter.transform(new Response(html)).text();
  return links;
}

describe("succeeds", () => {
  it.each(withLink)("gives $kind its link as a button, bare, and on a line of the text", async (...row) => {
    const [message, subject, url, life] = row;
    const mail = render(message);
    expect(mail.subject).toBe(subject);
    expect(await linksOf(mail.html)).toEqual([url, url, brand.publicUrl]);
    expect(mail.text.split("\n")).toContain(url);
    if (life !== null) {
      expect(mail.text).toContain(life);
      expect(mail.html).toContain(life);
    }
  });

  it.each(withoutLink)("gives $kind no button", async (message, subject) => {
    const mail = render(message);
    expect(mail.subject).toBe(subject);
    expect(await linksOf(mail.html)).toEqual([brand.publicUrl]);
  });

  it.each(every)("greets in $kind, says what to do if it was not you, and loads nothing", (message) => {
    const { html, text } = render(message);
    expect(text).toMatch(/^Hello Ada,\n\n/);
    expect(html).toContain("Hello Ada,");
    expect(text).toMatch(/If (?:it was not you|you did not|this surprises you)/);
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
    expect(html).not.toMatch(/<img|<script|<table|<link|url\(/);
  });

  it("says the same in both parts", async () => {
    for (const message of every) {
      const { html, text } = render(message);
      const paragraphs = text.split("\n-- \n")[0]?.split("\n\n") ?? [];
      const inHtml = html.replaceAll("&#39;", "'").replaceAll("&amp;", "&");
      for (const paragraph of paragraphs.flatMap((part) => part.split(":\n"))) {
        expect(inHtml).toContain(paragraph.trim());
      }
    }
  });

  it("has colours for light and dark, and a sheet without characters that HTML escapes", () => {
    const sheet = /<style>([^<]*)<\/style>/.exec(render(verify).html)?.[1] ?? "";
    expect(sheet).toContain("@media (prefers-color-scheme: dark)");
    expect(sheet).not.toContain("&");
  });

  it("says the life of a link that it is told", () => {
    const said = (message: MailMessage, life: number) =>
      renderMessage({ message, recipientName: null, brand, locale: "en", life }).text;
    expect(said(verify, 3_600_000)).toContain("and for 1 hour.");
    expect(said({ kind: "reset_password", url: URL_WITH_TOKEN }, 60_000)).toContain("and for 1 minute.");
    expect(said({ kind: "login_code", code: "123456" }, 7_200_000)).toContain("and for 2 hours.");
  });

  it("shows the logo in place of the name", () => {
    const { html } = renderMessage({
      message: verify,
      recipientName: null,
      brand: { ...brand, logoUrl: "https://cdn.example.com/logo.png" },
      locale: "en",
      life: A_DAY,
    });
    expect(html).toContain('<img src="https://cdn.example.com/logo.png" alt="Acme"');
  });

  it.each([
    ["#112233", "background-color:#112233;color:#ffffff;"],
    ["#ff0", "background-color:#ff0;color:#000000;"],
    ["#FFFFFF", "background-color:#FFFFFF;color:#000000;"],
  ])("puts readable text on a button of %s", (color, style) => {
    expect(render(verify, null, { color }).html).toContain(style);
  });
});

describe("abuse", () => {
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

  it("escapes markup in the app's name, and keeps the subject on one line", () => {
    const { html, subject } = render(verify, null, { appName: "<b>Acme</b>\r\nBcc: eve@example.com" });
    expect(html).not.toContain("<b>");
    expect(subject).toBe("Confirm your email address for <b>Acme</b> Bcc: eve@example.com");
  });

  it.each(["red", "#12345", "#112233;background:url(https://evil.example)", '#fff"onclick="x'])(
    "takes the default for the colour %j",
    (color) => {
      const { html } = render(verify, null, { color });
      expect(html).not.toContain(color);
      expect(html).toContain("background-color:#1f6feb;");
    },
  );
});
