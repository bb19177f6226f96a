import { describe, expect, it } from "vitest";
import { startupError } from "../../../scripts/dev/startup-error.ts";

const args = { config: undefined, envFiles: [], vars: {} };
const secret = { path: "AUTH_SECRET", message: "must have 32 bytes at least" };
const otp = { path: "LOGIN_OTP", message: "must be off, new_device or always" };
const set = { ENVIRONMENT: "development", AUTH_SECRET: "not to be shown", LOGIN_OTP: "sometimes" };

describe("variables that the service would not start with", () => {
  it("are corrected where they are said: on the command line", () => {
    const vars = { LOGIN_OTP: "sometimes" };
    const said = startupError([otp], { variables: set, args: { ...args, vars } });
    expect(said).toContain("LOGIN_OTP must be off, new_device or always   (from --var)");
    expect(said).toMatch(/\n\nCorrect what --var says\.$/);
  });

  it("are corrected in the file, which is not to be deleted for it", () => {
    const said = startupError([otp], { variables: set, args });
    expect(said).toContain("(from .dev.vars, or [vars] of the configuration)");
    expect(said).toMatch(/\n\nCorrect \.dev\.vars\.$/);
    const other = startupError([secret], { variables: set, args: { ...args, envFiles: ["other.env"] } });
    expect(other).toMatch(/\n\nCorrect other\.env\.$/);
  });

  it("may be made anew where it is the secret, and then the passwords go", () => {
    const said = startupError([secret], { variables: set, args });
    expect(said).toContain("Correct .dev.vars, or delete it");
    expect(said).toContain("voids the local passwords: delete .wrangler/ as well");
    expect(said).not.toContain("not to be shown");
  });

  it("are said to be production's, where nobody has said development", () => {
    const said = startupError([{ path: "PUBLIC_URL", message: "must be set" }], { variables: {}, args });
    expect(said).toContain(
      "  PUBLIC_URL must be set\n\nENVIRONMENT=development is not set there.\n\nCorrect .dev.vars.",
    );
  });
});
