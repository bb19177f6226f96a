import { describe, expect, it } from "vitest";
import { devVariables, wranglerDevArguments } from "../../../../scripts/dev/wrangler-dev-arguments.ts";
import { readDevOptions } from "../../../../scripts/shared/wrangler-options.ts";

const origin = "http://localhost:8787";
const example = {
  origin: "http://localhost:8788",
  returnUrl: "http://localhost:8788/signed-in",
  audience: "notes",
} as const;

describe("devVariables", () => {
  it("sets the origin and the variables of the example", () => {
    expect(devVariables({}, { origin, example })).toEqual({
      PUBLIC_URL: origin,
      AUDIENCES: "gatehouse,notes",
      ALLOWED_RETURN_URLS: "http://localhost:8788/signed-in",
    });
  });

  it("adds to configured lists and keeps a configured PUBLIC_URL", () => {
    const configured = {
      PUBLIC_URL: "http://auth.localhost",
      AUDIENCES: "web",
      ALLOWED_RETURN_URLS: "http://a.test/",
    };
    expect(devVariables(configured, { origin, example })).toEqual({
      AUDIENCES: "web,notes",
      ALLOWED_RETURN_URLS: "http://a.test/,http://localhost:8788/signed-in",
    });
  });

  it("adds nothing that a list already has", () => {
    const configured = {
      AUDIENCES: "notes, gatehouse",
      ALLOWED_RETURN_URLS: `http://a.test/, ${example.returnUrl}`,
    };
    expect(devVariables(configured, { origin, example })).toEqual({ PUBLIC_URL: origin, ...configured });
    // Part of a name does not match.
    expect(devVariables({ AUDIENCES: "mynotes" }, { origin, example }).AUDIENCES).toBe("mynotes,notes");
  });

  it("sets only the origin without the example", () => {
    expect(devVariables({}, { origin, example: null })).toEqual({ PUBLIC_URL: origin });
  });
});

describe("wranglerDevArguments", () => {
  const ours = { PUBLIC_URL: origin, AUDIENCES: "web,notes" };
  const publicUrl = ["--var", `PUBLIC_URL:${origin}`];
  const audiences = ["--var", "AUDIENCES:web,notes"];
  const port = ["--port", "8787"];

  it.each([
    { typed: [], expected: [...port, ...publicUrl, ...audiences] },
    {
      typed: ["--var", "AUDIENCES:web", "LOGIN_OTP:always", "--persist-to", "x"],
      expected: [
        ...["--persist-to", "x", ...port, ...audiences],
        ...["--var", "LOGIN_OTP:always", ...publicUrl],
      ],
    },
    { typed: ["--var=AUDIENCES:web"], expected: [...port, ...audiences, ...publicUrl] },
    {
      typed: ["--no-notes", "--", "src/index.ts"],
      expected: ["src/index.ts", ...port, ...publicUrl, ...audiences],
    },
    {
      typed: [
        "--live-reload",
        "--ip",
        "0.0.0.0",
        "-c",
        "w.toml",
        "--env-file",
        "a",
        "--env-file=b",
        "--help",
      ],
      expected: [
        ...["--live-reload", "--ip", "0.0.0.0", "--help", "--config", "w.toml"],
        ...["--env-file", "a", "--env-file", "b", ...port, ...publicUrl, ...audiences],
      ],
    },
    {
      typed: ["--local-protocol", "https", "-e", "staging"],
      expected: ["--env", "staging", "--local-protocol", "https", ...port, ...publicUrl, ...audiences],
    },
  ])("passes unknown options on and sets each variable once: $typed", ({ typed, expected }) => {
    expect(wranglerDevArguments(readDevOptions(typed), 8787, ours)).toEqual(expected);
  });

  it("refuses a port that is no number", () => {
    expect(() => readDevOptions(["--port", "many"])).toThrow("It must be a whole number from 0 to 65535.");
  });
});
