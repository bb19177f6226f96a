import { describe, expect, it } from "vitest";
import { argumentsFor, ourVariables } from "../../../scripts/dev/dev-variables.ts";
import { readWranglerArguments } from "../../../scripts/shared/wrangler-arguments.ts";

const origin = "http://localhost:8787";
const notes = {
  origin: "http://localhost:8788",
  returnUrl: "http://localhost:8788/signed-in",
  audience: "notes",
} as const;

describe("the variables that `npm run dev` says", () => {
  it("are the address, and what the example needs", () => {
    expect(ourVariables({}, { origin, notes })).toEqual({
      PUBLIC_URL: origin,
      AUDIENCES: "gatehouse,notes",
      ALLOWED_RETURN_URLS: "http://localhost:8788/signed-in",
    });
  });

  it("add to what somebody has said, and change no address of theirs", () => {
    const said = {
      PUBLIC_URL: "http://auth.localhost",
      AUDIENCES: "web",
      ALLOWED_RETURN_URLS: "http://a.test/",
    };
    expect(ourVariables(said, { origin, notes })).toEqual({
      AUDIENCES: "web,notes",
      ALLOWED_RETURN_URLS: "http://a.test/,http://localhost:8788/signed-in",
    });
  });

  it("add nothing that is there", () => {
    const said = {
      AUDIENCES: "notes, gatehouse",
      ALLOWED_RETURN_URLS: `http://a.test/, ${notes.returnUrl}`,
    };
    expect(ourVariables(said, { origin, notes })).toEqual({ PUBLIC_URL: origin, ...said });
    // A part of a name is not the name.
    expect(ourVariables({ AUDIENCES: "mynotes" }, { origin, notes }).AUDIENCES).toBe("mynotes,notes");
  });

  it("are the address alone without the example", () => {
    expect(ourVariables({}, { origin, notes: null })).toEqual({ PUBLIC_URL: origin });
  });
});

describe("the arguments for wrangler", () => {
  const ours = { PUBLIC_URL: origin, AUDIENCES: "web,notes" };

  const place = ["--var", `PUBLIC_URL:${origin}`];
  const audiences = ["--var", "AUDIENCES:web,notes"];
  const port = ["--port", "8787"];

  it.each([
    { typed: [], expected: [...place, ...audiences, ...port] },
    {
      typed: ["--var", "AUDIENCES:web", "LOGIN_OTP:always", "--persist-to", "x"],
      expected: [...place, ...port, ...audiences, "LOGIN_OTP:always", "--persist-to", "x"],
    },
    { typed: ["--var=AUDIENCES:web"], expected: [...place, ...port, "--var=AUDIENCES:web,notes"] },
    {
      typed: ["--no-notes", "--", "AUDIENCES:web"],
      expected: [...place, ...audiences, ...port, "--", "AUDIENCES:web"],
    },
  ])("say each variable once: $typed", ({ typed, expected }) => {
    expect(argumentsFor(readWranglerArguments(typed), 8787, ours)).toEqual(expected);
  });
});
