import { describe, expect, it } from "vitest";
import { parsePhoneNumber } from "../../../src/core/phone-number.ts";

describe("parsePhoneNumber", () => {
  it.each([
    ["in E.164 form", "+491701234567", "+491701234567"],
    ["of 7 digits", "+2901234", "+2901234"],
    ["of 15 digits", "+123456789012345", "+123456789012345"],
    ["with spaces", "+44 1632 960 000", "+44 1632 960 000".replaceAll(" ", "")],
    ["with brackets, dashes and a dot", "+49 (170) 123-45.67", "+491701234567"],
    ["with dots", "+33.1.99.00.12.34", "+33199001234"],
    ["with spaces around it", "  +14155550123 ", "+14155550123"],
    ["with a space after the plus", "+ 49 170 1234567", "+491701234567"],
    ["with its country code in brackets", "(+49) 170 1234567", "+491701234567"],
    ["whose national number begins with zero, as in Italy", "+39 06 1234567", "+39061234567"],
    ["with a zero inside brackets", "+1 (905) 555-0123", "+19055550123"],
  ])("parses a phone number %s", (_case, typed, number) => {
    expect(parsePhoneNumber(typed)).toEqual({ ok: true, value: number });
  });
});

describe("parsePhoneNumber, refusals", () => {
  it.each([
    ["no text", ""],
    ["spaces alone", "   "],
    ["a plus alone", "+"],
    ["6 digits", "+123456"],
    ["16 digits", "+1234567890123456"],
    ["no plus", "491701234567"],
    ["a national number", "0170 1234567"],
    ["00 for the plus", "00491701234567"],
    ["00 after the plus", "+0049170123456"],
    ["a zero after the plus", "+0170123456"],
    ["a bracketed trunk zero", "+49 (0) 170 1234567"],
    ["an area code with a trunk zero", "+44 (0207) 946 0000"],
    ["a bracketed trunk zero after a space", "+49 ( 0)170 1234567"],
    ["two pluses", "++491701234567"],
    ["a plus at the end", "491701234567+"],
    ["a plus inside", "+49170+1234567"],
    ["two numbers", "+491701234567,+14155550123"],
    ["two numbers by semicolon", "+491701234567;+14155550123"],
    ["two numbers by line", "+491701234567\n+14155550123"],
    ["a line feed at the end", "+491701234567\n"],
    ["a tab", "+49\t1701234567"],
    ["NUL", "+491701234567\0"],
    ["an extension", "+14155550123x89"],
    ["an extension in words", "+14155550123 ext. 89"],
    ["an extension after a hash", "+14155550123#89"],
    ["a pause", "+14155550123p1"],
    ["letters for digits", "+1800FLOWERS"],
    ["a URI", "tel:+14155550123"],
    ["a slash", "+49170/1234567"],
    ["full-width digits", "+\uff14\uff191701234567"],
    ["a full-width plus", "\uff0b491701234567"],
    ["Arabic-Indic digits", "+\u0664\u06691701234567"],
    ["Devanagari digits", "+\u096a\u096f1701234567"],
    ["one full-width digit", "+49170123456\uff17"],
    ["one digit of another script", "+49170\u0661234567"],
    ["a superscript", "+49170123456\u2077"],
    ["a no-break space", "+49\u00a01701234567"],
    ["an en dash", "+49\u20131701234567"],
    ["a zero-width space", "+49\u200b1701234567"],
    ["a direction mark", "\u202a+491701234567\u202c"],
    ["a minus for the plus", "-491701234567"],
    ["an exponent", "+4917e10"],
  ])("refuses as a phone number %s", (_case, typed) => {
    expect(parsePhoneNumber(typed)).toEqual({ ok: false, error: "number_malformed" });
  });
});

describe("parsePhoneNumber, abuse", () => {
  it("refuses a long text that resembles a phone number in linear time", () => {
    const started = performance.now();
    for (const typed of [`+4${"-".repeat(65_536)}`, `+${"1".repeat(65_536)}`, "( ".repeat(32_768)]) {
      expect(parsePhoneNumber(typed).ok).toBe(false);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("parses all notations of a phone number to one string", () => {
    const notations = ["+14155550123", "+1 415 555 0123", "+1 (415) 555-0123", "+1.415.555.0123"];
    const parsed = notations.map((typed) => parsePhoneNumber(typed));
    expect(new Set(parsed.map((result) => result.ok && result.value))).toEqual(new Set(["+14155550123"]));
  });
});
