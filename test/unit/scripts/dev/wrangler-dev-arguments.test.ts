import { CommanderError } from "commander";
import { describe, expect, it, vi } from "vitest";
import { notesResource } from "../../../../scripts/dev/example-resources.ts";
import {
  devVariables as variablesOf,
  wranglerDevArguments,
} from "../../../../scripts/dev/wrangler-dev-arguments.ts";
import { readDevOptions } from "../../../../scripts/shared/wrangler-options.ts";

const origin = "http://localhost:8787";
const example = {
  origin: "http://localhost:8788",
  returnUrl: "http://localhost:8788/signed-in",
  resource: notesResource("http://localhost:8788"),
} as const;
const RESOURCES = JSON.stringify([example.resource]);

type Given = Parameters<typeof variablesOf>;
/** Without the other examples of the repository, unless they are given. */
const devVariables = (configured: Given[0], setup: Given[1]) =>
  variablesOf(configured, { others: [], ...setup });

describe("devVariables", () => {
  it("sets the origin and the variables of the example", () => {
    expect(devVariables({}, { origin, example })).toEqual({
      PUBLIC_URL: origin,
      RESOURCES,
    });
  });

  it("adds to configured lists and keeps a configured PUBLIC_URL", () => {
    const web = { uri: "https://web.example", alias: "web", scopes: ["read"] };
    const configured = {
      PUBLIC_URL: "http://auth.localhost",
      RESOURCES: JSON.stringify([web]),
    };
    expect(devVariables(configured, { origin, example })).toEqual({
      RESOURCES: JSON.stringify([web, example.resource]),
    });
    // A variable of wrangler.toml may be no text.
    expect(devVariables({ RESOURCES: [web] }, { origin, example }).RESOURCES).toBe(
      JSON.stringify([web, example.resource]),
    );
  });

  it.each([
    '[{"uri":"http://localhost:8788"}]',
    '[{"uri":"https://notes.example","alias":"notes"}]',
    // The service names the problem when it starts.
    "not JSON",
    '{"uri":"https://notes.example"}',
  ])("leaves RESOURCES as it is: %s", (configured) => {
    expect(devVariables({ RESOURCES: configured }, { origin, example }).RESOURCES).toBe(configured);
  });

  it.each(["", " ", "[]"])("adds the example to the empty list %j", (configured) => {
    expect(devVariables({ RESOURCES: configured }, { origin, example }).RESOURCES).toBe(RESOURCES);
  });

  it("sets only the origin without the example", () => {
    expect(devVariables({}, { origin, example: null })).toEqual({ PUBLIC_URL: origin });
  });

  it("adds the resources of the other examples, and lets their clients register themselves", () => {
    const mcp = { uri: "http://localhost:1/mcp", scopes: { "notes:read": "Read" }, dynamicClients: true };
    const setup = { origin, example, others: [mcp] };
    expect(devVariables({}, setup)).toMatchObject({
      RESOURCES: JSON.stringify([example.resource, mcp]),
      CLIENT_REGISTRATION: "on",
    });
    expect(devVariables({ CLIENT_REGISTRATION: "off" }, setup)).not.toHaveProperty("CLIENT_REGISTRATION");
  });
});

describe("wranglerDevArguments", () => {
  const ours = { PUBLIC_URL: origin, RESOURCES };
  const publicUrl = ["--var", `PUBLIC_URL:${origin}`];
  const resources = ["--var", `RESOURCES:${RESOURCES}`];
  const port = ["--port", "8787"];

  it.each([
    { typed: [], expected: [...port, ...publicUrl, ...resources] },
    {
      typed: ["--var", "RESOURCES:[]", "LOGIN_OTP:always", "--persist-to", "x"],
      expected: [
        ...["--persist-to", "x", ...port, ...resources],
        ...["--var", "LOGIN_OTP:always", ...publicUrl],
      ],
    },
    { typed: ["--var=RESOURCES:[]"], expected: [...port, ...resources, ...publicUrl] },
    {
      typed: ["--no-notes", "--", "src/index.ts"],
      expected: ["src/index.ts", ...port, ...publicUrl, ...resources],
    },
    {
      typed: ["--live-reload", "--ip", "0.0.0.0", "-c", "w.toml", "--env-file", "a", "--env-file=b"],
      expected: [
        ...["--live-reload", "--ip", "0.0.0.0", "--config", "w.toml"],
        ...["--env-file", "a", "--env-file", "b", ...port, ...publicUrl, ...resources],
      ],
    },
    {
      typed: ["--local-protocol", "https", "-e", "staging"],
      expected: ["--env", "staging", "--local-protocol", "https", ...port, ...publicUrl, ...resources],
    },
  ])("passes unknown options on and sets each variable once: $typed", ({ typed, expected }) => {
    expect(wranglerDevArguments(readDevOptions(typed), 8787, ours)).toEqual(expected);
  });

  it("prints its own help and refers to wrangler's", () => {
    const written: string[] = [];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
    expect(() => readDevOptions(["--help"])).toThrow(CommanderError);
    vi.restoreAllMocks();
    expect(written.join("")).toContain("--no-notes");
    expect(written.join("")).toContain("npx wrangler dev --help");
  });

  it("refuses a port that is no number", () => {
    expect(() => readDevOptions(["--port", "many"])).toThrow("It must be a whole number from 0 to 65535.");
  });
});
