import { describe, expect, it } from "vitest";
import {
  domainOf,
  type EmailAddress,
  hasCompatibilityCharacters,
  parseEmailAddress,
} from "../../../src/core/email-address.ts";

function parsed(typed: string): EmailAddress {
  const result = parseEmailAddress(typed);
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(typed)}`);
  return result.value;
}

describe("parseEmailAddress", () => {
  it.each([
    "ada@example.com",
    "ada.lovelace+tag@mail.example.co.uk",
    "a#b@example.com",
    "o'brien_{x}|y~z=w?v^u`t/s-r*q&p$o@example.com",
    "jos\u00e9@example.com",
    "\u7528\u6237@example.com",
    `${"l".repeat(64)}@example.com`,
    "a@b.example",
    "1@2.example",
  ])("accepts the email address %s unchanged", (typed) => {
    expect(parsed(typed).address).toBe(typed);
  });

  it.each([
    ["spaces around it", "  ada@example.com ", "ada@example.com"],
    ["a domain in capitals", "Ada@EXAMPLE.Com", "Ada@example.com"],
    ["a domain in full-width letters", "ada@\uff45xample.com", "ada@example.com"],
    ["an international domain", "ada@b\u00fccher.example", "ada@xn--bcher-kva.example"],
    ["a decomposed international domain", "ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"],
    ["a domain in punycode", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
    ["a decomposed local part", "jose\u0301@example.com", "jos\u00e9@example.com"],
  ])("normalizes an email address with %s", (_case, typed, address) => {
    expect(parsed(typed).address).toBe(address);
  });

  it("keeps the case and width of the local part, which only its own server may fold", () => {
    expect(parsed("\uff21da.L@example.com").address).toBe("\uff21da.L@example.com");
  });

  it.each([
    ["ada@example.com", "ADA@Example.COM"],
    ["jos\u00e9@example.com", "jose\u0301@example.com"],
    ["jos\u00e9@example.com", "JOSE\u0301@example.com"],
    ["ada@example.com", "\uff41\uff24\uff41@example.com"],
    ["office@example.com", "o\ufb03ce@example.com"],
    ["fish@example.com", "\ufb01SH@example.com"],
    ["\u00e5sa@example.com", "\u212bSA@example.com"],
    ["kelvin@example.com", "\u212aelvin@example.com"],
    ["x2@example.com", "X\uff12@example.com"],
    ["\u03c3\u03bf\u03c6\u03cc\u03c2@example.com", "\u03a3\u039f\u03a6\u038c\u03a3@example.com"],
    ["\u03c3\u03bf\u03c6\u03cc\u03c3@example.com", "\u03a3\u039f\u03a6\u038c\u03a3@example.com"],
    ["\u01f0@example.com", "J\u030c@example.com"],
    ["ada@b\u00fccher.example", "ADA@XN--BCHER-KVA.EXAMPLE"],
  ])("gives the email addresses %s and %s one key", (one, other) => {
    expect(parsed(one).key).toBe(parsed(other).key);
  });

  it.each([
    ["ada@example.com", "ada+tag@example.com"],
    ["ada@example.com", "a.da@example.com"],
    ["ada@example.com", "\u0430da@example.com"],
    ["ada@example.com", "ada@example.org"],
    ["jose@example.com", "jos\u00e9@example.com"],
  ])("gives the email addresses %s and %s different keys", (one, other) => {
    expect(parsed(one).key).not.toBe(parsed(other).key);
  });

  it("returns the same key when a key is parsed again", () => {
    for (const typed of ["ADA@example.com", "\u0130stanbul@example.com", "\ufb03\u212b\uff21@example.com"]) {
      const { key } = parsed(typed);
      expect(parsed(key).key).toBe(key);
    }
  });
});

describe("parseEmailAddress, refusals", () => {
  it.each([
    ["no text", ""],
    ["spaces alone", "   "],
    ["no at-sign", "ada.example.com"],
    ["no local part", "@example.com"],
    ["no domain", "ada@"],
    ["two at-signs", "ada@evil.example@example.com"],
    ["a second recipient after a comma", "ada@example.com,eve@example.com"],
    ["a second recipient after a semicolon", "ada@example.com;eve@example.com"],
    ["a comma in the local part", "ada,eve@example.com"],
    ["a semicolon in the local part", "ada;eve@example.com"],
    ["a name with brackets", "Ada <ada@example.com>"],
    ["a comment", "ada(comment)@example.com"],
    ["a quoted local part", '"ada"@example.com'],
    ["a quoted local part that hides a recipient", '"eve@evil.example,"@example.com'],
    ["a backslash", "ada\\@example.com"],
    ["a colon", "group:ada@example.com"],
    ["a full-width at-sign", "ada\uff20example.com"],
    ["a small at-sign before the real one", "ada\ufe6bevil.example@example.com"],
    ["an escaped newline", "ada%0abcc:eve@example.com"],
    ["a route through a relay", "user%host@relay.example.com"],
    ["a bang path", "host!user@example.com"],
    ["a carriage return", "ada\r@example.com"],
    ["a line feed in the domain", "ada@example.com\nbcc: eve@example.com"],
    ["a line feed at the end", "ada@example.com\n"],
    ["a tab at the start", "\tada@example.com"],
    ["NUL", "ada\0@example.com"],
    ["NUL in the domain", "ada@exam\0ple.com"],
    ["a lone surrogate", "ada\ud800@example.com"],
    ["a space inside", "ada lovelace@example.com"],
    ["a space in the domain", "ada@exam ple.com"],
    ["a no-break space", "ada\u00a0@example.com"],
    ["a zero-width space", "ada\u200b@example.com"],
    ["a direction override", "ada\u202e@example.com"],
    ["a dot at the start", ".ada@example.com"],
    ["a dot at the end", "ada.@example.com"],
    ["two dots in a row", "ada..lovelace@example.com"],
    ["two dots in the domain", "ada@example..com"],
    ["a dot before the domain", "ada@.example.com"],
    ["a dot after the domain", "ada@example.com."],
    ["a domain of one label", "a@b"],
    ["localhost", "ada@localhost"],
    ["an IPv4 address", "ada@127.0.0.1"],
    ["a short IPv4 address", "ada@127.1"],
    ["an IPv4 address as one number", "ada@2130706433"],
    ["a hexadecimal IPv4 address", "ada@0x7f.0.0.1"],
    ["a bracketed IPv4 address", "ada@[127.0.0.1]"],
    ["a bracketed IPv6 address", "ada@[IPv6:::1]"],
    ["a port", "ada@example.com:25"],
    ["a path", "ada@example.com/inbox"],
    ["a query", "ada@example.com?bcc=eve"],
    ["a dash at a label's start", "ada@-example.com"],
    ["a dash at a label's end", "ada@example-.com"],
    ["an underscore in the domain", "ada@ex_ample.com"],
    ["an ideographic full stop in the domain", "ada@example\u3002com"],
    ["a label of 64 letters", `ada@${"l".repeat(64)}.example`],
    ["a local part of 65 octets", `${"l".repeat(65)}@example.com`],
    ["a local part of 66 octets in 33 characters", `${"\u00e9".repeat(33)}@example.com`],
    ["255 octets", `${"l".repeat(60)}@${"d".repeat(63)}.${"d".repeat(63)}.${"d".repeat(63)}.ab`],
  ])("refuses an email address with %s", (_case, typed) => {
    expect(parseEmailAddress(typed)).toEqual({ ok: false, error: "address_malformed" });
  });

  it("accepts an email address of 254 octets, the maximum", () => {
    const longest = `${"l".repeat(59)}@${"d".repeat(63)}.${"d".repeat(63)}.${"d".repeat(63)}.ab`;
    expect(longest).toHaveLength(254);
    expect(parsed(longest).address).toBe(longest);
  });
});

describe("hasCompatibilityCharacters", () => {
  const parsed = (typed: string) => {
    const result = parseEmailAddress(typed);
    if (!result.ok) throw new Error(`${typed} is malformed`);
    return result.value;
  };

  it.each([
    ["\uff41nna@example.com", true],
    ["\u212bnna@example.com", false], // NFC gives A with a ring, which NFKC keeps.
    ["\u017fam@example.com", true], // Long s.
    ["\ufb01na@example.com", true], // The ligature fi.
    ["anna@\uff45xample.com", false], // The domain becomes ASCII.
    ["jürgen@example.com", false],
    ["Anna+shop@example.com", false],
    ["анна@example.com", false],
  ])("%s: %s", (typed, expected) => {
    expect(hasCompatibilityCharacters(parsed(typed))).toBe(expected);
  });

  it("domainOf gives the domain in ASCII", () => {
    expect(domainOf(parsed("a@Bücher.example"))).toBe("xn--bcher-kva.example");
  });
});
