import { describe, expect, it } from "vitest";
import { hasCompatibilityCharacters, parseEmailAddress } from "../../../src/core/email-address.ts";
import { parsePhoneNumber } from "../../../src/core/phone-number.ts";
import {
  typedAddress,
  typedCode,
  typedLine,
  typedNumber,
  typedPhoneNumber,
  typedUsername,
} from "../../../src/core/typed-text.ts";

/** Characters that show nothing, by name. */
const INVISIBLE = [
  ["a byte order mark", "\ufeff"],
  ["a zero-width space", "\u200b"],
  ["a zero-width joiner", "\u200d"],
  ["a word joiner", "\u2060"],
  ["a soft hyphen", "\u00ad"],
  ["a left-to-right mark", "\u200e"],
  ["a right-to-left override", "\u202e"],
  ["a direction embedding", "\u202a"],
  ["a direction isolate", "\u2066"],
  ["an Arabic letter mark", "\u061c"],
  ["a variation selector", "\ufe0f"],
  ["a Hangul filler", "\u3164"],
] as const;

const SPACES = [
  ["a space", " "],
  ["a no-break space", "\u00a0"],
  ["a narrow no-break space", "\u202f"],
  ["an ideographic space", "\u3000"],
  ["a tab", "\t"],
] as const;

const HYPHENS = [
  ["a hyphen", "-"],
  ["a Unicode hyphen", "\u2010"],
  ["a no-break hyphen", "\u2011"],
  ["an en dash", "\u2013"],
  ["an em dash", "\u2014"],
  ["a minus sign", "\u2212"],
  ["a full-width hyphen", "\uff0d"],
] as const;

const DIGITS = [
  ["full-width", "１２３４５６"],
  ["Arabic-Indic", "١٢٣٤٥٦"],
  ["Extended Arabic-Indic", "۱۲۳۴۵۶"],
  ["Devanagari", "१२३४५६"],
  ["Thai", "๑๒๓๔๕๖"],
  ["mathematical", "𝟏𝟐𝟑𝟒𝟓𝟔"],
  ["Pa'o Karen, whose run follows another one", "\u{116db}\u{116dc}\u{116dd}\u{116de}\u{116df}\u{116e0}"],
] as const;

describe("typedCode", () => {
  it.each([...INVISIBLE, ...SPACES, ...HYPHENS])("ignores %s in a code", (_name, character) => {
    expect(typedCode(`${character}123${character}456${character}`)).toBe("123456");
  });

  it.each(DIGITS)("reads the %s digits of a code", (_name, digits) => {
    expect(typedCode(digits)).toBe("123456");
  });

  it.each([
    ["full-width letters", "ＢＣＤＦ－ＧＨＪＫ", "BCDFGHJK"],
    ["a recovery code", "7kqm-x2pd 9RTA–HW4C", "7kqmx2pd9RTAHW4C"],
  ])("reads %s", (_name, typed, code) => {
    expect(typedCode(typed)).toBe(code);
  });

  it.each(["12345⁶", "①23456", "1234½6", "123456\n", "12a456", "123.456", "123,456", "\0" + "123456"])(
    "makes no code of %j",
    (typed) => {
      expect(typedCode(typed)).not.toMatch(/^\d{6}$/);
    },
  );
});

describe("typedPhoneNumber", () => {
  const numberOf = (typed: string) => {
    const parsed = parsePhoneNumber(typedPhoneNumber(typed));
    return parsed.ok ? parsed.value : null;
  };

  it.each([...INVISIBLE, ...SPACES, ...HYPHENS])("ignores %s in a phone number", (_name, character) => {
    expect(numberOf(`+49${character}170${character}1234567`)).toBe("+491701234567");
    expect(numberOf(`${character === "-" ? "" : " "}+491701234567 `)).toBe("+491701234567");
  });

  it.each(DIGITS)("reads the %s digits of a phone number", (_name, digits) => {
    expect(numberOf(`+49${digits}`)).toBe("+49123456");
  });

  it.each([
    ["a tel: link", "tel:+49-170-1234567"],
    ["a tel: link in capitals", "TEL:+491701234567"],
    ["a full-width plus", "＋49 170 1234567"],
    ["full-width brackets", "+49（170）1234567"],
    ["the direction marks of an address book", "\u202a+49 170 1234567\u202c"],
  ])("reads a phone number with %s", (_name, typed) => {
    expect(numberOf(typed)).toBe("+491701234567");
  });

  it.each([
    "tel:+491701234567;ext=5",
    "tel:tel:+491701234567",
    "+491701234567\n",
    "+491701234567\0",
    "+49170123456⁷",
    "+49 （0） 170 1234567",
    "+491701234567,+14155550123",
    "00491701234567",
    "0170 1234567",
  ])("makes no phone number of %j", (typed) => {
    expect(numberOf(typed)).toBeNull();
  });
});

describe("typedAddress", () => {
  const addressOf = (typed: string) => {
    const parsed = parseEmailAddress(typedAddress(typed));
    return parsed.ok ? parsed.value.address : null;
  };

  it.each(INVISIBLE)("ignores %s in an address", (_name, character) => {
    expect(addressOf(`${character}a${character}da@exam${character}ple.com${character}`)).toBe(
      "ada@example.com",
    );
  });

  it.each(SPACES)("ignores %s around an address, and not inside", (_name, character) => {
    expect(addressOf(`${character}ada@example.com${character}`)).toBe("ada@example.com");
    expect(addressOf(`ada${character}@example.com`)).toBeNull();
  });

  it.each([
    "<ada@example.com>",
    " < ada@example.com > ",
    "mailto:ada@example.com",
    "MAILTO:ada@example.com",
    "<mailto:ada@example.com>",
    "\u200e<ada@example.com>\u200e",
  ])("reads the address of %j", (typed) => {
    expect(addressOf(typed)).toBe("ada@example.com");
  });

  it.each([
    ["a name before the brackets", "Ada <ada@example.com>"],
    ["two addresses in brackets", "<eve@example.com><ada@example.com>"],
    ["brackets that do not close", "<ada@example.com"],
    ["two addresses", "<eve@example.com>, <ada@example.com>"],
    ["a second recipient", "mailto:ada@example.com,eve@example.com"],
    ["headers of a link", "mailto:ada@example.com?bcc=eve@example.com"],
    ["a link in a link", "mailto:mailto:ada@example.com"],
    ["another link", "http:ada@example.com"],
    ["a full-width at-sign", "ada＠example.com"],
    ["a line feed at the end", "ada@example.com\n"],
    ["NUL", "ada\0@example.com"],
    ["only invisible characters", "\u200b\u200b"],
  ])("makes no address of %s", (_name, typed) => {
    expect(addressOf(typed)).toBeNull();
  });

  it("leaves full-width letters of the local part, which name another mailbox", () => {
    const parsed = parseEmailAddress(typedAddress("ａda@example.com"));
    expect(parsed.ok && [parsed.value.address, hasCompatibilityCharacters(parsed.value)]).toEqual([
      "ａda@example.com",
      true,
    ]);
  });

  it("is not part of the strict parser, which reads the addresses of providers", () => {
    for (const typed of ["ada\u200b@example.com", "<ada@example.com>", "mailto:ada@example.com"]) {
      expect(parseEmailAddress(typed).ok, JSON.stringify(typed)).toBe(false);
    }
  });
});

describe("typedUsername", () => {
  it.each([
    [" ada.lovelace ", "ada.lovelace"],
    ["ａｄａ．ｌｏｖｅｌａｃｅ", "ada.lovelace"],
    ["ada\u200b.lovelace\ufeff", "ada.lovelace"],
    ["Ada_1٢", "Ada_12"],
  ])("reads %j as %j", (typed, username) => {
    expect(typedUsername(typed)).toBe(username);
  });

  it.each(["ada lovelace", "аda", "ada\n"])("leaves %j, which the strict rule refuses", (typed) => {
    expect(typedUsername(typed)).toBe(typed);
  });
});

describe("typedLine", () => {
  it.each([
    ["spaces around it", "  Ada\u00a0", "Ada"],
    ["several spaces", "Ada \u3000 King", "Ada King"],
    ["a decomposed letter", "Jose\u0301", "José"],
    ["a byte order mark", "\ufeffAda", "Ada"],
    ["a zero-width space", "A\u200bda", "Ada"],
    ["a direction override, which would turn the text", "Ada\u202egpj", "Adagpj"],
    ["direction marks", "\u200eAda\u200f", "Ada"],
    ["a line separator", "Ada\u2028King", "Ada King"],
    ["the joiner of a Persian name", "علی\u200cرضا", "علی\u200cرضا"],
    ["an emoji of several characters", "👩\u200d🚀 ❤\ufe0f", "👩\u200d🚀 ❤\ufe0f"],
    ["full-width letters, which a name may have", "Ａｄａ", "Ａｄａ"],
    ["a name that needs no change", "Łukasz O’Brien-Søren", "Łukasz O’Brien-Søren"],
  ])("reads a name with %s", (_name, typed, line) => {
    expect(typedLine(typed)).toBe(line);
  });

  it.each([
    "",
    " ",
    "\u200b",
    "\u200d\u200d",
    "\u3164",
    "\u115f\u1160",
    "\u2800",
    "\ufe0f",
    " \u200e \u00a0",
  ])("is empty for %j, which shows nothing", (typed) => {
    expect(typedLine(typed)).toBe("");
  });

  it("keeps control characters, which the fields refuse", () => {
    expect(typedLine("A\nB")).toBe("A\nB");
  });
});

describe("typedNumber", () => {
  it.each([
    [" 36 ", "36"],
    ["３６", "36"],
    ["٣٦", "36"],
    ["-1.5", "-1.5"],
    ["3⁶", "3⁶"],
  ])("reads %j as %j", (typed, number) => {
    expect(typedNumber(typed)).toBe(number);
  });
});

it("reads long texts in linear time", () => {
  const started = performance.now();
  const spaces = " ".repeat(65_536);
  for (const text of [
    spaces,
    `a${spaces}b`,
    "\u200b".repeat(65_536),
    "<".repeat(65_536),
    "१".repeat(16_384),
  ]) {
    for (const read of [typedAddress, typedCode, typedLine, typedNumber, typedPhoneNumber, typedUsername])
      read(text);
  }
  expect(performance.now() - started).toBeLessThan(2000);
});
