import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hashOneTimeToken } from "../../src/core/crypto/one-time-token.ts";
import { useAdminCommands } from "./admin-commands.ts";

const { admin, query } = useAdminCommands();
const CALLBACK = "https://app.example.com/callback";
const directory = mkdtempSync(join(tmpdir(), "clients-"));
afterAll(() => rmSync(directory, { recursive: true }));

const secretIn = (text: string) => /gths_[\w-]+/.exec(text)?.[0] ?? "";
const hashesOf = async (id: string) =>
  (await query(
    "SELECT secret_hash AS hash FROM oauth_client_secrets WHERE client_id = ? ORDER BY created_at",
    id,
  )) as {
    hash: string;
  }[];
const show = async (id: string) => JSON.parse(await admin("clients", "show", id, "--json"));

describe("admin clients", () => {
  it("create prints the id and the secret, and the database has its hash", async () => {
    const printed = await admin("clients", "create", "Notes", "--redirect-uri", CALLBACK, "--first-party");
    const id = /client_[\w-]+/.exec(printed)?.[0] ?? "";
    expect(await hashesOf(id)).toEqual([{ hash: await hashOneTimeToken(secretIn(printed)) }]);
    expect(await show(id)).toMatchObject({
      client: { name: "Notes", isFirstParty: true, redirectUris: [CALLBACK], source: "admin" },
      secrets: [{ expiresAt: null }],
      grants: 0,
    });
    expect(await admin("clients", "show", id)).toMatch(new RegExp(`^redirectUris +${CALLBACK}$`, "m"));
    expect(await admin("clients", "list")).toContain(id);
  });

  it("update changes what is given, and rotate-secret prints a second secret", async () => {
    const created = JSON.parse(await admin("clients", "create", "Spa", "--redirect-uri", CALLBACK, "--json"));
    const { id } = created.client;
    await admin("clients", "update", id, "--scope", "openid email", "--no-first-party", "--name", "Renamed");
    expect((await show(id)).client).toMatchObject({
      name: "Renamed",
      scopes: ["openid", "email"],
      redirectUris: [CALLBACK],
    });
    const rotated = await admin("clients", "rotate-secret", id, "--overlap", "60");
    const hashes = (await hashesOf(id)).map(({ hash }) => hash);
    expect(hashes.toSorted()).toEqual(
      [await hashOneTimeToken(created.secret), await hashOneTimeToken(secretIn(rotated))].toSorted(),
    );
  });

  it("delete removes the client, and each refusal is a sentence", async () => {
    const { client } = JSON.parse(
      await admin(
        "clients",
        "create",
        "Gone",
        "--id",
        "gone",
        "--redirect-uri",
        CALLBACK,
        "--type",
        "public",
        "--json",
      ),
    );
    expect(client).toMatchObject({ id: "gone", authMethod: "none" });
    const again = admin("clients", "create", "Gone", "--id", "gone", "--redirect-uri", CALLBACK);
    await expect(again).rejects.toThrow("A client has this id.");
    expect(await admin("clients", "delete", "gone")).toBe("Deleted gone; its sessions have ended.");
    await expect(admin("clients", "show", "gone")).rejects.toThrow("No client has the id gone.");
    await expect(
      admin("clients", "create", "Bad", "--redirect-uri", "http://app.example.com/"),
    ).rejects.toThrow(/redirectUris: Each must be an https URL/);
    const events = await query(
      "SELECT type FROM audit_events WHERE json_extract(details, '$.client') = 'gone' ORDER BY at, rowid",
    );
    expect(events).toEqual([{ type: "client_created" }, { type: "client_deleted" }]);
  });
});

describe("admin clients apply", () => {
  const apply = (clients: unknown) => {
    const path = join(directory, "gatehouse.clients.json");
    writeFileSync(path, typeof clients === "string" ? clients : JSON.stringify({ clients }));
    return admin("clients", "apply", path);
  };
  const web = { id: "web", name: "Web", redirectUris: [CALLBACK] };
  const spa = { id: "spa", name: "Spa", type: "public", redirectUris: [CALLBACK] };

  it("registers, updates and removes, and changes nothing in a second run", async () => {
    const kept = JSON.parse(await admin("clients", "create", "Kept", "--redirect-uri", CALLBACK, "--json"));
    const first = await apply([web, spa]);
    expect(first).toContain("Registered the clients web, spa.");
    expect(await hashesOf("web")).toEqual([{ hash: await hashOneTimeToken(secretIn(first)) }]);
    expect(await apply([web, spa])).toBe("The clients are up to date.");
    expect(await apply([{ ...web, name: "Renamed", isFirstParty: true }, spa])).toBe(
      "Updated the clients web.",
    );
    expect((await show("web")).client).toMatchObject({
      name: "Renamed",
      isFirstParty: true,
      source: "configuration",
    });
    // A field that the file no longer has returns to its default.
    expect(await apply([web])).toBe(
      "Updated the clients web.\nRemoved the clients spa, which the file no longer has; their sessions have ended.",
    );
    expect((await show("web")).client).toMatchObject({ name: "Web", isFirstParty: false });
    expect((await show(kept.client.id)).client.source).toBe("admin");
    expect(await apply([])).toContain("Removed the clients web");
  });

  it("takes the hashes of secrets, and makes them the only ones", async () => {
    const [one, two] = [await hashOneTimeToken("one"), await hashOneTimeToken("two")];
    expect(await apply([{ ...web, secretHashes: [one] }])).toBe("Registered the clients web.");
    expect(await hashesOf("web")).toEqual([{ hash: one }]);
    expect(await apply([{ ...web, secretHashes: [one] }])).toBe("The clients are up to date.");
    expect(await apply([{ ...web, secretHashes: [two] }])).toBe("Updated the clients web.");
    expect(await hashesOf("web")).toEqual([{ hash: two }]);
    expect(await apply([web])).toBe("The clients are up to date.");
    await apply([]);
  });

  it("refuses an invalid file before it changes anything", async () => {
    await apply([web]);
    for (const [clients, message] of [
      ["{", /is not valid JSON/],
      [{}, /clients: Must be a list of clients/],
      [[{ ...web, secret: "gths_x" }], /Unknown field secret/],
      [[{ ...web, secretHashes: ["gths_x"] }], /Must be a SHA-256/],
      [[{ ...spa, secretHashes: [await hashOneTimeToken("x")] }], /secretHashes need a client/],
      [[spa, spa], /client spa: two clients have this id/],
      [[{ ...spa, id: "Spa" }], /client Spa: The id must have/],
      [[spa, { ...web, redirectUris: ["http://x.example/"] }], /client web:\n\n {2}redirectUris: /],
    ] as const) {
      await expect(apply(clients), String(message)).rejects.toThrow(message);
    }
    await expect(admin("clients", "show", "spa")).rejects.toThrow();
    expect((await show("web")).client.name).toBe("Web");
    await apply([]);
  });

  it("refuses the id of a client that was registered otherwise", async () => {
    await admin("clients", "create", "Taken", "--id", "taken", "--redirect-uri", CALLBACK);
    await expect(apply([{ ...web, id: "taken" }])).rejects.toThrow(
      /client taken: a client that was registered otherwise/,
    );
  });
});
