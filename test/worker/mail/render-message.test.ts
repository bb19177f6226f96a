import { describe, expect, it } from "vitest";
import { LOCALES, type Locale } from "../../../src/kernel/locale.ts";
import type { MailMessage } from "../../../src/mail/message.ts";
import { renderMessage } from "../../../src/mail/messages/render-message.tsx";

const URL_WITH_TOKEN = "https://auth.example.com/verify-email?token=AbC-_123xyz&from=mail";
const A_MINUTE = 60_000;
const A_DAY = 24 * 60 * A_MINUTE;

const brand = {
  appName: "Acme",
  logoUrl: null,
  color: "#112233",
  publicUrl: "https://auth.example.com",
};
const SIGN_IN = `${brand.publicUrl}/sign-in`;

const render = (
  message: MailMessage,
  recipientName: string | null = "Ada",
  changes: Partial<typeof brand> = {},
  locale: Locale = "en",
) =>
  renderMessage({
    message,
    recipientName,
    brand: { ...brand, ...changes },
    locale,
    life: mails[message.kind].life ?? A_DAY,
  });

const verify: MailMessage = { kind: "verify_email", url: URL_WITH_TOKEN };

type Case = {
  readonly message: MailMessage;
  /** Where its button leads. */
  readonly button?: string;
  readonly life?: number;
  readonly subject: Readonly<Record<Locale, string>>;
};

/** Every kind that there is: one without a line here does not compile. */
const mails: { readonly [Kind in MailMessage["kind"]]: Case } = {
  verify_email: {
    message: verify,
    button: URL_WITH_TOKEN,
    life: A_DAY,
    subject: {
      en: "Confirm your email address for Acme",
      de: "Bestätigen Sie Ihre E-Mail-Adresse für Acme",
    },
  },
  account_exists: {
    message: { kind: "account_exists" },
    button: SIGN_IN,
    subject: { en: "You already have an account at Acme", de: "Sie haben bereits ein Konto bei Acme" },
  },
  reset_password: {
    message: { kind: "reset_password", url: URL_WITH_TOKEN },
    button: URL_WITH_TOKEN,
    life: 30 * A_MINUTE,
    subject: { en: "Choose a new password for Acme", de: "Wählen Sie ein neues Passwort für Acme" },
  },
  password_changed: {
    message: { kind: "password_changed" },
    subject: { en: "Your password for Acme was changed", de: "Ihr Passwort für Acme wurde geändert" },
  },
  ways_in_reset: {
    message: { kind: "ways_in_reset" },
    subject: { en: "Your password for Acme was changed", de: "Ihr Passwort für Acme wurde geändert" },
  },
  confirm_new_email: {
    message: { kind: "confirm_new_email", url: URL_WITH_TOKEN },
    button: URL_WITH_TOKEN,
    life: A_DAY,
    subject: {
      en: "Confirm your new email address for Acme",
      de: "Bestätigen Sie Ihre neue E-Mail-Adresse für Acme",
    },
  },
  email_change_requested: {
    message: { kind: "email_change_requested" },
    subject: {
      en: "A new email address was asked for at Acme",
      de: "Für Ihr Konto bei Acme wurde eine neue E-Mail-Adresse angegeben",
    },
  },
  email_changed: {
    message: { kind: "email_changed" },
    subject: {
      en: "Your email address at Acme was changed",
      de: "Ihre E-Mail-Adresse bei Acme wurde geändert",
    },
  },
  account_deactivated: {
    message: { kind: "account_deactivated" },
    subject: { en: "Your account at Acme was deactivated", de: "Ihr Konto bei Acme wurde deaktiviert" },
  },
  role_changed: {
    message: { kind: "role_changed" },
    subject: { en: "Your role at Acme was changed", de: "Ihre Rolle bei Acme wurde geändert" },
  },
  identity_linked: {
    message: { kind: "identity_linked", provider: "Google" },
    subject: {
      en: "Google now signs you in to Acme",
      de: "Mit Google können Sie sich jetzt bei Acme anmelden",
    },
  },
  identity_removed: {
    message: { kind: "identity_removed", provider: "Google" },
    subject: {
      en: "Google no longer signs you in to Acme",
      de: "Mit Google können Sie sich nicht mehr bei Acme anmelden",
    },
  },
  account_activated: {
    message: { kind: "account_activated" },
    button: SIGN_IN,
    subject: { en: "Your account at Acme is active again", de: "Ihr Konto bei Acme ist wieder aktiv" },
  },
  invitation: {
    message: { kind: "invitation", url: URL_WITH_TOKEN },
    button: URL_WITH_TOKEN,
    life: 7 * A_DAY,
    subject: { en: "You are invited to Acme", de: "Sie sind zu Acme eingeladen" },
  },
  login_code: {
    message: { kind: "login_code", code: "012345" },
    life: 10 * A_MINUTE,
    subject: { en: "Your code to sign in to Acme", de: "Ihr Code zur Anmeldung bei Acme" },
  },
  new_device_sign_in: {
    message: { kind: "new_device_sign_in" },
    subject: { en: "New sign-in to Acme", de: "Neue Anmeldung bei Acme" },
  },
  second_step_on: {
    message: { kind: "second_step_on" },
    subject: { en: "Codes by mail are on for Acme", de: "Codes per E-Mail für Acme sind eingeschaltet" },
  },
  second_step_off: {
    message: { kind: "second_step_off" },
    subject: { en: "Codes by mail are off for Acme", de: "Codes per E-Mail für Acme sind ausgeschaltet" },
  },
  phone_verified: {
    message: { kind: "phone_verified" },
    subject: {
      en: "A phone number was confirmed at Acme",
      de: "Eine Telefonnummer wurde bei Acme bestätigt",
    },
  },
  phone_removed: {
    message: { kind: "phone_removed" },
    subject: {
      en: "Your phone number at Acme was removed or changed",
      de: "Ihre Telefonnummer bei Acme wurde entfernt oder geändert",
    },
  },
  account_locked: {
    message: { kind: "account_locked" },
    subject: {
      en: "Too many attempts to sign in to Acme",
      de: "Zu viele Versuche, sich bei Acme anzumelden",
    },
  },
  session_ended_after_reuse: {
    message: { kind: "session_ended_after_reuse" },
    subject: {
      en: "We ended one of your sessions at Acme",
      de: "Wir haben eine Ihrer Sitzungen bei Acme beendet",
    },
  },
};

/** How long a link or a code is good for, as each language says it. */
const LIVES: Readonly<Record<Locale, ReadonlyMap<number, string>>> = {
  en: new Map([
    [A_DAY, "24 hours"],
    [30 * A_MINUTE, "30 minutes"],
    [7 * A_DAY, "7 days"],
    [10 * A_MINUTE, "10 minutes"],
  ]),
  de: new Map([
    [A_DAY, "24 Stunden"],
    [30 * A_MINUTE, "30 Minuten"],
    [7 * A_DAY, "7 Tage"],
    [10 * A_MINUTE, "10 Minuten"],
  ]),
};
/** What each language says to everybody, and to those who did not do what the mail speaks of. */
const SAID: Readonly<Record<Locale, { readonly greeting: string; readonly notYou: RegExp }>> = {
  en: {
    greeting: "Hello Ada,",
    notYou: /If (?:it was not you|you did not|you do not know|you are not signing in|this surprises you)/,
  },
  de: { greeting: "Guten Tag Ada,", notYou: /Falls Sie (?:das nicht|sich|nicht wissen|das überrascht)/ },
};

const cases = LOCALES.flatMap((locale) =>
  Object.values(mails).map((mail) => [mail.message.kind, locale, mail] as const),
);

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
  it.each(cases)("has all of %s in %s", async (_kind, locale, { message, button, life, subject }) => {
    const mail = render(message, "Ada", {}, locale);
    const { greeting, notYou } = SAID[locale];
    expect(mail.subject).toBe(subject[locale]);
    // The button's link is there once more, bare, and on a line of the text.
    const links = button === undefined ? [] : [button, button];
    expect(await linksOf(mail.html)).toEqual([...links, brand.publicUrl]);
    expect(mail.text.split("\n")).toEqual(expect.arrayContaining([greeting, ...links]));
    expect(mail.html).toContain(greeting);
    expect(mail.text).toMatch(notYou);
    if (life !== undefined) {
      expect(mail.text).toContain(` ${LIVES[locale].get(life)}`);
      expect(mail.html).toContain(` ${LIVES[locale].get(life)}`);
    }
    expect(mail.html).toMatch(new RegExp(`^<!doctype html><html lang="${locale}">`));
    // It loads nothing.
    expect(mail.html).not.toMatch(/<img|<script|<table|<link|url\(/);
  });

  it.each(cases)("says the same in both parts of %s in %s", (_kind, locale, { message }) => {
    const { html, text } = render(message, "Ada", {}, locale);
    const paragraphs = text.split("\n-- \n")[0]?.split("\n\n") ?? [];
    const inHtml = html.replaceAll("&#39;", "'").replaceAll("&amp;", "&");
    for (const paragraph of paragraphs.flatMap((part) => part.split(":\n"))) {
      expect(inHtml).toContain(paragraph.trim());
    }
  });

  it("leaves no sentence in the other language", () => {
    const words = (text: string) => new Set(text.split(/\n+/).filter((line) => /\p{L} \p{L}/u.test(line)));
    for (const { message } of Object.values(mails)) {
      const english = words(render(message).text);
      const german = words(render(message, "Ada", {}, "de").text);
      expect(
        [...german].filter((line) => english.has(line)),
        message.kind,
      ).toEqual([]);
    }
  });

  it("has colours for light and dark, and a sheet without characters that HTML escapes", () => {
    const sheet = /<style>([^<]*)<\/style>/.exec(render(verify).html)?.[1] ?? "";
    expect(sheet).toContain("@media (prefers-color-scheme: dark)");
    expect(sheet).not.toContain("&");
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
