import { Secret, TOTP, URI } from "otpauth";
import { describe, expect, it } from "vitest";
import {
  authenticatorUri,
  secretText,
} from "../../../../src/authentication/second-factor/totp/authenticator-uri.ts";
import { qrCodeSvg } from "../../../../src/authentication/second-factor/totp/qr-code.ts";
import {
  matchingTimeStep,
  newTotpSecret,
  timeStepAt,
  totpCode,
} from "../../../../src/authentication/second-factor/totp/totp.ts";

/** RFC 6238 appendix B, the rows of SHA-1. */
const RFC_SECRET = new TextEncoder().encode("12345678901234567890");
const RFC_VECTORS = [
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [1_111_111_111, "14050471"],
  [1_234_567_890, "89005924"],
  [2_000_000_000, "69279037"],
  [20_000_000_000, "65353130"],
] as const;

const independent = (secret: Uint8Array) =>
  new TOTP({ secret: new Secret({ buffer: new Uint8Array(secret).buffer }) });

describe("codes of authenticator apps", () => {
  it.each(RFC_VECTORS)("RFC 6238 appendix B at %i s: %s", (seconds, code) => {
    expect(totpCode(RFC_SECRET, timeStepAt(seconds * 1000), 8)).toBe(code);
    expect(totpCode(RFC_SECRET, timeStepAt(seconds * 1000))).toBe(code.slice(2));
  });

  it("are those of an independent implementation for random secrets and times", () => {
    for (let round = 0; round < 500; round += 1) {
      const secret = newTotpSecret();
      const at = Math.floor(Math.random() * 4e12);
      expect(totpCode(secret, timeStepAt(at))).toBe(independent(secret).generate({ timestamp: at }));
    }
  });

  it("the secrets have 160 bits and differ", () => {
    const secrets = Array.from({ length: 100 }, () => secretText(newTotpSecret()));
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  });
});

describe("the time step of a code", () => {
  const secret = newTotpSecret();
  const now = 1_800_000_000_000;
  const current = timeStepAt(now);
  const match = (step: number, lastStep: number | null = null) =>
    matchingTimeStep(secret, { code: totpCode(secret, step), lastStep, now });

  it.each([-1, 0, 1])("a code of the step %i from now is accepted", (drift) => {
    expect(match(current + drift)).toBe(current + drift);
  });

  it.each([-1000, -3, -2, 2, 3, 1000])("a code of the step %i from now is refused", (drift) => {
    expect(match(current + drift)).toBeNull();
  });

  it("a step that was accepted, and every earlier one, is refused", () => {
    expect(match(current, current)).toBeNull();
    expect(match(current - 1, current)).toBeNull();
    expect(match(current + 1, current)).toBe(current + 1);
    // After the clock was set back, nothing is accepted before it has caught up.
    expect(match(current + 1, current + 5)).toBeNull();
  });

  it.each(["", "12345", "1234567", "abcdef", "１２３４５６"])("%j is no code", (code) => {
    expect(matchingTimeStep(secret, { code, lastStep: null, now })).toBeNull();
  });

  it("the first steps of the epoch have no step before them", () => {
    const first = matchingTimeStep(secret, { code: totpCode(secret, 0), lastStep: null, now: 0 });
    expect(first).toBe(0);
  });
});

describe("the URI of an authenticator", () => {
  it.each([
    ["Acme", "ada@example.com"],
    ["Acme & Söhne: Shop?", "ada+test@example.com"],
    ["100% / #1", "ä@exämple.com"],
  ])("an independent parser reads it: %s, %s", (appName, email) => {
    const secret = newTotpSecret();
    const uri = authenticatorUri(secret, { appName, email });
    const parsed = URI.parse(uri);
    expect(parsed).toBeInstanceOf(TOTP);
    expect(parsed).toMatchObject({
      issuer: appName.replaceAll(":", " "),
      label: email,
      algorithm: "SHA1",
      digits: 6,
      period: 30,
    });
    expect(parsed.secret.base32).toBe(secretText(secret));
    // Some apps show the plus sign of a form-encoded space.
    expect(uri).not.toMatch(/[+ ]/);
  });
});

describe("the QR code", () => {
  it("is SVG without styles, scripts and references, and has the finder patterns of a QR code", () => {
    const svg = qrCodeSvg(authenticatorUri(newTotpSecret(), { appName: "Acme", email: "ada@example.com" }));
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 (\d+) \1"[^>]*>/);
    expect(svg).not.toMatch(/style|script|href|\son\w+=/i);
    // The first row after the quiet zone: two finder patterns of seven dark modules.
    expect(svg).toContain("M4 4h7v1h-7z");
    expect(svg.length).toBeLessThan(40_000);
  });
});
