import { describe, expect, it } from "vitest";
import { startupError } from "../../../../scripts/dev/startup-error.ts";

const options = { config: undefined, envFiles: [], vars: {} };
const secret = { path: "AUTH_SECRET", message: "must have 32 bytes at least" };
const otp = { path: "LOGIN_OTP", message: "must be off, new_device or always" };
const variables = { ENVIRONMENT: "development", AUTH_SECRET: "not to be shown", LOGIN_OTP: "sometimes" };

describe("startupError", () => {
  it("names --var as the source of a variable of the command line", () => {
    const vars = { LOGIN_OTP: "sometimes" };
    const text = startupError([otp], { variables, options: { ...options, vars } });
    expect(text).toContain("LOGIN_OTP must be off, new_device or always   (from --var)");
    expect(text).toMatch(/\n\nCorrect the values of --var\.$/);
  });

  it("names the file of a variable, and does not suggest deleting it", () => {
    const text = startupError([otp], { variables, options });
    expect(text).toContain("(from .dev.vars, or [vars] of the configuration)");
    expect(text).toMatch(/\n\nCorrect \.dev\.vars\.$/);
    const other = startupError([secret], { variables, options: { ...options, envFiles: ["other.env"] } });
    expect(other).toMatch(/\n\nCorrect other\.env\.$/);
  });

  it("suggests a new .dev.vars for an invalid secret, and warns about the local passwords", () => {
    const text = startupError([secret], { variables, options });
    expect(text).toContain("Correct .dev.vars, or delete it");
    expect(text).toContain("invalidates the local passwords: delete .wrangler/ as well");
    expect(text).not.toContain("not to be shown");
  });

  it("states that ENVIRONMENT=development is missing", () => {
    const text = startupError([{ path: "PUBLIC_URL", message: "must be set" }], { variables: {}, options });
    expect(text).toContain(
      "  PUBLIC_URL must be set\n\nENVIRONMENT=development is not set there.\n\nCorrect .dev.vars.",
    );
  });
});
