import { describe, expect, it } from "vitest";
import { LOCALES, type Locale } from "../../../../src/core/locale.ts";
import { isGsmText } from "../../../../src/messaging/sms/gsm-alphabet.ts";
import { renderText } from "../../../../src/messaging/sms/render-text.ts";

const TEN_MINUTES = 600_000;

type Changes = { appName?: string; publicUrl?: string; life?: number; locale?: Locale };

const render = (changes: Changes = {}) =>
  renderText({
    message: { kind: "phone_code", code: "012345" },
    appName: "Acme",
    publicUrl: "https://auth.example.com",
    locale: "en",
    life: TEN_MINUTES,
    ...changes,
  });

/** Septets: a character of the extension table takes two (3GPP TS 23.038 §6.2.1.1). */
const septets = (text: string) => text.length + (text.match(/[\^{}\\[~\]|€]/g)?.length ?? 0);

describe("renderText", () => {
  it.each([
    ["en", "012345 is your code for Acme. It works once, and for 10 minutes. Never pass it on."],
    ["de", "012345 ist Ihr Code für Acme. Er gilt einmal und 10 Minuten lang. Geben Sie ihn nie weiter."],
  ] as const)("puts the code first in %s, for lock screens, and the host-bound code last", (locale, text) => {
    expect(render({ locale })).toBe(`${text}\n\n@auth.example.com #012345`);
  });

  it.each(LOCALES)("fits one GSM segment in %s with an app name and a host of 30 characters", (locale) => {
    const text = render({
      locale,
      appName: "A name of thirty characters 30",
      publicUrl: `https://${"h".repeat(26)}.com`,
    });
    expect(isGsmText(text)).toBe(true);
    expect(septets(text)).toBeLessThanOrEqual(160);
  });

  it("states the remaining lifetime of the code", () => {
    expect(render({ life: 60_000 })).toContain("and for 1 minute.");
  });

  it.each([
    ["https://auth.example.com:8443", "@auth.example.com #012345"],
    ["http://localhost:8787", "@localhost #012345"],
    ["https://bücher.example", "@xn--bcher-kva.example #012345"],
  ])("reduces the URL %s to its host in ASCII", (publicUrl, lastLine) => {
    expect(render({ publicUrl }).split("\n").at(-1)).toBe(lastLine);
  });
});

describe("renderText with hostile input", () => {
  it("keeps the app name on the first line, so that it cannot bind the code to another host", () => {
    const lines = render({ appName: "Acme\r\n\n@evil.example #012345\n" }).split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe("@auth.example.com #012345");
  });
});

describe("isGsmText", () => {
  it.each(["", "Hello @ $5 \n", "äöüÄÖÜß", "{[€]}~^|\\", "ΔΦΓΛΩΠΨΣΘΞ"])(
    "isGsmText is true for %j",
    (text) => {
      expect(isGsmText(text)).toBe(true);
    },
  );

  it.each(["ç", "á", "“quoted”", "it’s", "–", "`", "\t", "Привет", "🔑"])(
    "isGsmText is false for %j",
    (text) => {
      expect(isGsmText(text)).toBe(false);
    },
  );
});
