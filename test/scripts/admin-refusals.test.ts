import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Call, readCommandLine } from "../../scripts/admin/command-line.ts";
import { runCommand } from "../../scripts/admin/run-command.ts";
import { formatError } from "../../scripts/shared/format-error.ts";
import { hold } from "./dev-service.ts";
import { KEEPER, operatedHouse } from "./operated-service.ts";
import { runAdmin } from "./run-admin.ts";

const { admin, house, newSuperuser, place, query } = operatedHouse();

describe("refuses", () => {
  it("to make a superuser of somebody who is there, and says how they become one", async () => {
    const { email } = await newSuperuser();
    await expect(admin("create-superuser", email)).rejects.toThrow("POST /api/auth/forgot-password");
    await admin("set-role", email, "user");
    await admin("deactivate", email);
    await expect(admin("create-superuser", email.toUpperCase())).rejects.toThrow(
      `${email} has an account already, as user, deactivated.\n\n  npm run admin -- activate ${email}\n  npm run admin -- set-role ${email} superuser`,
    );
  });

  it("people who are not there, and what names nobody", async () => {
    const id = randomUUID();
    await expect(admin("show", "nobody@example.test")).rejects.toThrow(
      "Nobody has the address nobody@example.test.",
    );
    await expect(admin("unlock", id)).rejects.toThrow(`Nobody has the id ${id}.`);
    await expect(admin("unlock", "Ada")).rejects.toThrow('"Ada" is neither an email address nor an id.');
    await expect(admin("create-superuser", "a@b@c")).rejects.toThrow("is not an email address");
  });

  it.each([
    [["set-role", "ada@example.test", "root"], 'The role must be user, admin, superuser, and is "root".'],
    [["list", "--role", "root"], "--role must be"],
    [["list", "--status", "gone"], "--status must be active, deactivated"],
    [["list", "--limit", "0"], "--limit must be a number from 1 to 1000."],
    [["list", "--limit", "1e2"], "--limit must be a number from 1 to 1000."],
    [
      ["create-superuser", "x@example.test", "--name", "a\u001bb"],
      "--name: Must not have control characters.",
    ],
    [["create-superuser", "x@example.test", "--url", "localhost"], "--url must be"],
  ])("%j", async (argv, reason) => {
    await expect(admin(...argv)).rejects.toThrow(reason);
  });

  it("a database that is not migrated, and says how it is", async () => {
    const persistTo = join(house().path, "empty");
    mkdirSync(join(persistTo, "v3/d1"), { recursive: true });
    const empty = await hold({ ...house(), persistTo });
    const call = readCommandLine(["list"]) as Call;
    const error = await runCommand(empty.platform, call).catch((thrown: unknown) => thrown);
    await empty.close();
    expect(formatError(error, false)).toBe(
      "The database is not migrated. Run this first: npx wrangler d1 migrations apply DB --local",
    );
  });

  it("with the exit code 1 and a sentence: the last superuser, a database that is not there", async () => {
    // Another is invited, and cannot sign in yet.
    await newSuperuser();
    const [last, nowhere] = await Promise.all([
      runAdmin(["deactivate", KEEPER, ...place()]),
      runAdmin(["list", "--config", house().config, "--persist-to", join(house().path, "mistyped")]),
    ]);
    expect(last.err).toMatch(/^Without them no active superuser could sign in[^\n]*\n$/);
    expect(nowhere.err).toMatch(/^There is no local database in [^\n]*\n$/);
    for (const { code, out } of [last, nowhere]) expect([code, out]).toEqual([1, ""]);
  });
});

describe("from afar", () => {
  // Cloudflare's API as far as a remote binding gets: it takes the upload that names the database, or not.
  const refusing = async (code: number, message: string) => {
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

  it("tells the mend when wrangler is not logged in, has no network, or names no database", async () => {
    const config = join(house().path, "deployed.json");
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
    const unknown = await refusing(10181, "binding DB of type d1 must have a valid `database_id` specified");
    const gone = await refusing(0, "");
    gone.server.close();
    const home = {
      HOME: house().path,
      XDG_CONFIG_HOME: house().path,
      CLOUDFLARE_API_TOKEN: "",
      AUTH_SECRET: "",
    };
    const withToken = { ...home, CLOUDFLARE_API_TOKEN: "a-token", CLOUDFLARE_ACCOUNT_ID: "an-account" };
    const run = (env: Record<string, string>, ...argv: string[]) =>
      runAdmin([...argv, "--remote", "--config", config], env);
    const ended = await Promise.all([
      run(home, "list"),
      run({ ...withToken, CLOUDFLARE_API_BASE_URL: unknown.api }, "rebuild-search"),
      run({ ...withToken, CLOUDFLARE_API_BASE_URL: gone.api }, "list"),
      run(withToken, "deactivate", "ada@example.test"),
    ]);
    unknown.server.close();
    expect(ended.map(({ code, out }) => [code, out])).toEqual(ended.map(() => [1, ""]));
    expect(ended.map(({ err }) => err)).toEqual([
      expect.stringMatching(/^wrangler is not logged in[^\n]*npx wrangler login[^\n]*\n$/),
      expect.stringMatching(/^Cloudflare has no such database[^\n]*npx wrangler d1 list[^\n]*\n$/),
      expect.stringMatching(/^Cloudflare cannot be reached[^\n]*\n$/),
      expect.stringMatching(/^AUTH_SECRET is not set[^\n]*\n$/),
    ]);
  });
});

describe("abuse", () => {
  it("keeps a name's control characters from the terminal", async () => {
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
