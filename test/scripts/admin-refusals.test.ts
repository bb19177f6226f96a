import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCommandLine } from "../../scripts/admin/command-line.ts";
import { runCommand } from "../../scripts/admin/run-command.ts";
import { formatError } from "../../scripts/shared/format-error.ts";
import { PERMANENT_SUPERUSER, useAdminCommands } from "./admin-commands.ts";
import { openPlatform } from "./dev-service.ts";
import { runAdmin } from "./run-admin.ts";

const { admin, databaseOptions, installation, newSuperuser, query } = useAdminCommands();

describe("an admin command", () => {
  it("refuses to create a superuser with the address of an account, and names the commands to promote it", async () => {
    const { email } = await newSuperuser();
    await expect(admin("create-superuser", email)).rejects.toThrow("POST /api/auth/forgot-password");
    await admin("set-role", email, "user");
    await admin("deactivate", email);
    await expect(admin("create-superuser", email.toUpperCase())).rejects.toThrow(
      `${email} already has an account (user, deactivated).\n\n  npm run admin -- activate ${email}\n  npm run admin -- set-role ${email} superuser`,
    );
  });

  it("refuses an unknown address or id, and text that is neither", async () => {
    const id = randomUUID();
    await expect(admin("show", "unknown@example.test")).rejects.toThrow(
      "No account has the address unknown@example.test.",
    );
    await expect(admin("unlock", id)).rejects.toThrow(`No account has the id ${id}.`);
    await expect(admin("unlock", "Ada")).rejects.toThrow('"Ada" is neither an email address nor an id.');
    await expect(admin("create-superuser", "a@b@c")).rejects.toThrow("is not an email address");
  });

  it.each([
    [
      ["set-role", "ada@example.test", "root"],
      "value 'root' is invalid for argument 'role'. Allowed choices are user, admin, superuser.",
    ],
    [["list", "--role", "root"], "option '--role <role>' argument 'root' is invalid"],
    [["list", "--status", "gone"], "Allowed choices are active, deactivated."],
    [["list", "--limit", "0"], "It must be a whole number from 1 to 1000."],
    [["list", "--limit", "1e2"], "It must be a whole number from 1 to 1000."],
    [
      ["create-superuser", "x@example.test", "--name", "a\u001bb"],
      "--name: Must not have control characters.",
    ],
    [["create-superuser", "x@example.test", "--url", "localhost"], "--url must be"],
  ])("refuses %j", async (argv, reason) => {
    await expect(admin(...argv)).rejects.toThrow(reason);
  });

  it("refuses a database that is not migrated, and names the command that migrates it", async () => {
    const persistTo = join(installation().path, "empty");
    mkdirSync(join(persistTo, "v3/d1"), { recursive: true });
    const empty = await openPlatform({ ...installation(), persistTo });
    const call = readCommandLine(["list"]);
    const error = await runCommand(empty.platform, call).catch((thrown: unknown) => thrown);
    await empty.close();
    expect(formatError(error, false)).toBe(
      "The database is not migrated. Run this first: npx wrangler d1 migrations apply DB --local",
    );
  });

  it("exits with 1 and one sentence for the last superuser and for a missing database", async () => {
    // An invited superuser cannot sign in yet, so does not count.
    await newSuperuser();
    const [last, nowhere] = await Promise.all([
      runAdmin(["deactivate", PERMANENT_SUPERUSER, ...databaseOptions()]),
      runAdmin([
        "list",
        "--config",
        installation().config,
        "--persist-to",
        join(installation().path, "mistyped"),
      ]),
    ]);
    expect(last.err).toMatch(/^This is the last active superuser who can sign in[^\n]*\n$/);
    expect(nowhere.err).toMatch(/^There is no local database in [^\n]*\n$/);
    for (const { code, out } of [last, nowhere]) expect([code, out]).toEqual([1, ""]);
  });
});

describe("an admin command with --remote", () => {
  // The part of Cloudflare's API that a remote binding needs first. It refuses the upload that names the database.
  const startRefusingApi = async (code: number, message: string) => {
    const server = createServer((request, response) => {
      const errors = request.method === "POST" ? [{ code, message }] : [];
      const result = request.url?.endsWith("/subdomain") ? { subdomain: "example" } : { token: "a-token" };
      response.writeHead(errors.length > 0 ? 400 : 200, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ success: errors.length === 0, errors, messages: [], result }));
      request.resume();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return { server, api: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };

  it("states the fix without a login, without a network, and for an unknown database", async () => {
    const config = join(installation().path, "deployed.json");
    const ids = { database_id: randomUUID(), id: randomUUID().replaceAll("-", "") };
    writeFileSync(
      config,
      JSON.stringify({
        name: "gatehouse",
        compatibility_date: "2026-11-01",
        d1_databases: [{ binding: "DB", database_name: "gatehouse", database_id: ids.database_id }],
        kv_namespaces: [{ binding: "KV", id: ids.id }],
      }),
    );
    const unknown = await startRefusingApi(
      10181,
      "binding DB of type d1 must have a valid `database_id` specified",
    );
    const offline = await startRefusingApi(0, "");
    offline.server.close();
    const home = {
      HOME: installation().path,
      XDG_CONFIG_HOME: installation().path,
      CLOUDFLARE_API_TOKEN: "",
      AUTH_SECRET: "",
    };
    const withToken = { ...home, CLOUDFLARE_API_TOKEN: "a-token", CLOUDFLARE_ACCOUNT_ID: "an-account" };
    const run = (env: Record<string, string>, ...argv: string[]) =>
      runAdmin([...argv, "--remote", "--config", config], env);
    const exits = await Promise.all([
      run(home, "list"),
      run({ ...withToken, CLOUDFLARE_API_BASE_URL: unknown.api }, "rebuild-search"),
      run({ ...withToken, CLOUDFLARE_API_BASE_URL: offline.api }, "list"),
      run(withToken, "deactivate", "ada@example.test"),
    ]);
    unknown.server.close();
    expect(exits.map(({ code, out }) => [code, out])).toEqual(exits.map(() => [1, ""]));
    expect(exits.map(({ err }) => err)).toEqual([
      expect.stringMatching(/^wrangler is not logged in[^\n]*npx wrangler login[^\n]*\n$/),
      expect.stringMatching(/^Cloudflare has no such database[^\n]*npx wrangler d1 list[^\n]*\n$/),
      expect.stringMatching(/^Cloudflare cannot be reached[^\n]*\n$/),
      expect.stringMatching(/^AUTH_SECRET is not set[^\n]*\n$/),
    ]);
  });
});

describe("admin show and list", () => {
  it("escapes the control characters of a stored name", async () => {
    const { email } = await newSuperuser();
    const name = "A\u001b[2J\u202e\nroot";
    await query("UPDATE accounts SET name = ? WHERE email = ?", name, email);
    const texts = [
      await admin("show", email),
      await admin("list", "--search", email),
      await admin("show", email, "--json"),
    ];
    for (const text of texts) expect(text.replaceAll("\n", "")).toMatch(/^[\x20-\x7e]*$/);
    expect(texts[1]?.split("\n")).toHaveLength(2);
    expect(JSON.parse(texts[2] ?? "").name).toBe(name);
  });
});
