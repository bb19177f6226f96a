import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exampleClients, secretIn } from "../../../../scripts/dev/example-clients.ts";
import { notesResource } from "../../../../scripts/dev/example-resources.ts";
import { createScratchDirectory } from "../../../../scripts/shared/scratch-directory.ts";
import { configurationProblem } from "../../../../src/oauth/clients/apply-configuration.ts";

const scratch = createScratchDirectory();
afterAll(() => scratch.remove());

describe("the secret of an example's client", () => {
  it("is created once, in a file that others cannot read", () => {
    const path = join(scratch.path, "new.env");
    const secret = secretIn(path, "notes");
    expect(secret).toMatch(/^gths_[\w-]{43}$/);
    expect(secretIn(path, "notes")).toBe(secret);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is added to an existing file, whose lines stay", () => {
    const path = join(scratch.path, "existing.env");
    writeFileSync(path, "OTHER=1");
    const secret = secretIn(path, "notes");
    expect(readFileSync(path, "utf8")).toMatch(/^OTHER=1\n#/);
    expect(secretIn(path, "notes")).toBe(secret);
  });
});

describe("the clients of the examples", () => {
  it("can be registered", async () => {
    const origin = "http://localhost:8788";
    const limits = {
      publicUrl: "http://localhost:8787",
      resources: [
        notesResource(origin),
        { uri: "https://reports.example.com", alias: null, scopes: { "reports:read": "Read reports" } },
      ],
      accessTokenTtl: 900,
      refreshIdleTtl: 3600,
      refreshMaxTtl: 7200,
    };
    const notes = {
      origin,
      returnUrl: `${origin}/signed-in`,
      resource: notesResource(origin),
    };
    for (const example of ["notes", "spa", "node-api"]) mkdirSync(join(scratch.path, example));
    const directory = scratch.path;
    const clients = await exampleClients({ limits, notes, directory });
    expect(clients.map(({ id }) => id)).toEqual(["notes", "spa", "reports-job"]);
    expect(clients[0]).toMatchObject({ id: "notes", secretHashes: [expect.stringMatching(/^[\w-]{43}$/)] });
    expect(clients[1]?.metadata).toMatchObject({
      resources: [origin],
      scopes: expect.arrayContaining(["openid", "profile", "notes:read"]),
    });
    expect(configurationProblem(clients, limits)).toBeNull();
  });
});
