import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readCommandLine } from "../../scripts/admin/command-line.ts";
import type { Platform } from "../../scripts/admin/platform.ts";
import { runCommand } from "../../scripts/admin/run-command.ts";
import { hashOneTimeToken } from "../../src/kernel/crypto/one-time-token.ts";
import { createHouse, type House, hold, serve } from "./local-service.ts";
import { runAdmin } from "./run-admin.ts";

// Everything here happens while a `wrangler dev` has the same database open.

const PASSWORD = "a quiet lighthouse 7";

let house: House;
let service: Awaited<ReturnType<typeof serve>>;
let held: Awaited<ReturnType<typeof hold>>;
let platform: Platform;

beforeAll(async () => {
  // Where workerd's own words on a busy database come.
  vi.spyOn(console, "error").mockReturnValue();
  house = await createHouse();
  service = await serve(house);
  held = await hold(house);
  platform = held.platform;
  // Whoever else is made here may go.
  await newSuperuser();
});

afterAll(async () => {
  await held?.close();
  await service?.stop();
  house?.remove();
});

const place = () => ["--config", house.config, "--persist-to", house.persistTo];

/** The command in this process: the same code but for the way out. */
async function admin(...argv: string[]): Promise<string> {
  const call = readCommandLine(argv);
  if ("helpOn" in call) throw new Error("help was asked for");
  return runCommand(platform, call);
}

const post = (path: string, body: object) =>
  fetch(`${service.origin}/api/auth${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

const logIn = async (email: string, password = PASSWORD) =>
  (await post("/login", { email, password })).status;

/** A superuser who has taken up the invitation. */
async function newSuperuser(): Promise<string> {
  const email = `ada-${randomUUID()}@example.test`;
  const said = await admin("create-superuser", email);
  const [, token] = /token=(\S+)/.exec(said) ?? [];
  expect((await post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
  return email;
}

const list = async (...argv: string[]): Promise<{ users: { email: string }[]; hasMore: boolean }> =>
  JSON.parse(await admin("list", "--json", ...argv));

const trail = async (email: string) => {
  const statement = platform.db.prepare(
    "SELECT type, actor_id FROM audit_events WHERE account_id = (SELECT id FROM accounts WHERE email = ?) ORDER BY at, id",
  );
  return (await statement.bind(email).all<{ type: string; actor_id: string | null }>()).results;
};

describe("succeeds", () => {
  it("prints a link by which a new superuser chooses a password and signs in", async () => {
    const { code, out, err } = await runAdmin([
      "create-superuser",
      "Ada@Example.test",
      "--name",
      "Ada",
      "--url",
      "http://localhost:8790",
      ...place(),
    ]);
    expect([code, err]).toEqual([0, ""]);
    const [, token = ""] =
      /^ {4}http:\/\/localhost:8790\/reset-password\?token=([\w-]{43})$/m.exec(out) ?? [];
    const links = await platform.db
      .prepare("SELECT token_hash, purpose FROM one_time_links WHERE email_key = 'ada@example.test'")
      .all();
    expect(links.results).toEqual([{ token_hash: await hashOneTimeToken(token), purpose: "invite" }]);
    expect(await trail("Ada@example.test")).toEqual([{ type: "user_invited", actor_id: null }]);
    const mails = await platform.db
      .prepare("SELECT count(*) AS count FROM outbox WHERE kind = 'invitation'")
      .first();
    expect(mails).toEqual({ count: 0 });
    expect((await post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
    const login = await (await post("/login", { email: "ada@example.test", password: PASSWORD })).json();
    expect(login).toMatchObject({ data: { user: { role: "superuser", isVerified: true, name: "Ada" } } });
  });

  it("finds people by their address in any of its variants, and by their id", async () => {
    const email = await newSuperuser();
    const person = JSON.parse(await admin("show", email.toUpperCase(), "--json"));
    expect(person).toMatchObject({ email, role: "superuser", status: "active", isVerified: true });
    expect(await admin("show", person.id.toUpperCase())).toMatch(new RegExp(`^email +${email}$`, "m"));
  });

  it("lists the newest first, by word, role and status, as many as asked for", async () => {
    const [first, second, third] = [await newSuperuser(), await newSuperuser(), await newSuperuser()];
    await admin("set-role", second, "user");
    await admin("deactivate", first);
    const emails = async (...argv: string[]) => (await list(...argv)).users.map(({ email }) => email);
    expect((await emails()).slice(0, 3)).toEqual([third, second, first]);
    expect(await emails("--search", second.slice(4, 12))).toEqual([second]);
    expect((await emails("--role", "user"))[0]).toBe(second);
    expect((await emails("--status", "deactivated"))[0]).toBe(first);
    expect(await list("--limit", "2")).toMatchObject({
      users: [{ email: third }, { email: second }],
      hasMore: true,
    });
    const table = (await admin("list", "--limit", "2")).split("\n");
    expect(table[0]).toMatch(/^id +email +name +role +status +verified +created$/);
    expect(table[1]).toMatch(new RegExp(`^[0-9a-f-]{36} +${third} +Superuser +superuser +active +yes +20`));
    expect(table.at(-1)).toContain("There are more");
  });

  it("gives programs JSON and nothing else", async () => {
    const { code, out, err } = await runAdmin(["list", "--json", ...place()]);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toEqual(await list());
  });

  it("closes an account and opens it again, with a notice for each that the service can open", async () => {
    const email = await newSuperuser();
    expect(await admin("deactivate", email)).toBe(`Deactivated ${email}; their sessions have ended.`);
    expect(await logIn(email)).toBe(403);
    expect(await admin("deactivate", email)).toContain("deactivated already");
    const { id } = JSON.parse(await admin("show", email, "--json"));
    expect(Number(await platform.kv.get(`deny:user:${id}`))).toBeGreaterThan(0);
    expect(await admin("activate", email)).toBe(`Activated ${email}.`);
    expect(await admin("activate", email)).toContain("active already");
    expect(await logIn(email)).toBe(200);
    expect((await trail(email)).filter(({ type }) => type.endsWith("activated"))).toEqual([
      { type: "account_deactivated", actor_id: null },
      { type: "account_activated", actor_id: null },
    ]);
    // What its cron does; the mailbox has what could be unsealed.
    await fetch(`${service.origin}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent("* * * * *")}`);
    const mailbox = await (await fetch(`${service.origin}/dev/mailbox.json?to=${email}`)).json();
    const subjects = (mailbox as { messages: { subject: string }[] }).messages.map(({ subject }) => subject);
    expect(subjects).toContain("Your account at Gatehouse was deactivated");
    expect(subjects).toContain("Your account at Gatehouse is active again");
  });

  it("unlocks", async () => {
    const email = await newSuperuser();
    for (let tries = 0; tries < 10; tries += 1) await logIn(email, "wrong");
    expect(await logIn(email)).toBe(429);
    expect(await admin("unlock", email)).toBe(`${email} is not locked.`);
    expect(await logIn(email)).toBe(200);
  });

  it("sets roles, which ends sessions", async () => {
    const email = await newSuperuser();
    const { data } = (await (await post("/login", { email, password: PASSWORD })).json()) as {
      data: { token: string };
    };
    const me = async () =>
      (await fetch(`${service.origin}/api/auth/me`, { headers: { Authorization: `Bearer ${data.token}` } }))
        .status;
    expect(await me()).toBe(200);
    expect(await admin("set-role", email, "admin")).toContain("is admin now, and was superuser");
    expect(await me()).toBe(401);
    expect(await admin("set-role", email, "admin")).toContain("was admin already");
  });

  it("makes the search index anew", async () => {
    const email = await newSuperuser();
    const found = async () => (await list("--search", email)).users.length;
    await platform.db.prepare("INSERT INTO account_search (account_search) VALUES ('delete-all')").run();
    expect(await found()).toBe(0);
    expect(await admin("rebuild-search")).toBe("Made the search index anew.");
    expect(await found()).toBe(1);
  });
});

describe("refuses", () => {
  it("to make a superuser of somebody who is there, and says how they become one", async () => {
    const email = await newSuperuser();
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
    [["create-superuser", "x@example.test", "--name", "a\u001bb"], "--name must have"],
    [["create-superuser", "x@example.test", "--url", "localhost"], "--url must be"],
  ])("%j", async (argv, reason) => {
    await expect(admin(...argv)).rejects.toThrow(reason);
  });

  it("with the exit code 1 and a sentence: a foreign secret, the last superuser, a database that is not there", async () => {
    const email = await newSuperuser();
    const { users } = await list("--role", "superuser", "--status", "active");
    for (const other of users) if (other.email !== email) await admin("set-role", other.email, "user");
    const foreign = join(house.path, "foreign.env");
    writeFileSync(foreign, "AUTH_SECRET=another root secret, of 32 bytes or more\nENVIRONMENT=development\n");
    const [stranger, last, nowhere] = await Promise.all([
      runAdmin(["unlock", email, "--env-file", foreign, ...place()]),
      runAdmin(["deactivate", email, ...place()]),
      runAdmin(["list", "--config", house.config, "--persist-to", join(house.path, "mistyped")]),
    ]);
    expect(stranger.err).toMatch(/^AUTH_SECRET is not the one that this service runs by[^\n]*\n$/);
    expect(last.err).toMatch(/^They are the last active superuser[^\n]*\n$/);
    expect(nowhere.err).toMatch(/^There is no local database in [^\n]*\n$/);
    for (const { code, out } of [stranger, last, nowhere]) expect([code, out]).toEqual([1, ""]);
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
    const config = join(house.path, "deployed.json");
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
    const home = { HOME: house.path, XDG_CONFIG_HOME: house.path, CLOUDFLARE_API_TOKEN: "", AUTH_SECRET: "" };
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
    const email = await newSuperuser();
    const name = "A\u001b[2J\u202e\nroot";
    await platform.db.prepare("UPDATE accounts SET name = ? WHERE email = ?").bind(name, email).run();
    const texts = [
      await admin("show", email),
      await admin("list", "--search", email),
      await admin("show", email, "--json"),
    ];
    for (const text of texts) expect(text.replaceAll("\n", "")).toMatch(/^[\x20-\x7e]*$/);
    expect(texts[1]?.split("\n")).toHaveLength(2);
    expect(JSON.parse(texts[2] ?? "").name).toBe(name);
  });

  it("does each command once, and whole, while the service writes to the same database without a pause", async () => {
    const email = await newSuperuser();
    let isDone = false;
    const statuses = new Set<number>();
    const writing = (async () => {
      while (!isDone) {
        const body = { name: "Eve", email: `eve-${randomUUID()}@example.test`, password: PASSWORD };
        statuses.add((await post("/register", body)).status);
      }
    })();
    for (let round = 0; round < 10; round += 1) {
      await admin("set-role", email, round % 2 === 0 ? "admin" : "superuser");
    }
    isDone = true;
    await writing;
    const changes = (await trail(email)).filter(({ type }) => type === "role_changed");
    expect(changes).toHaveLength(10);
    // 503: that moment was ours. Nothing else may come of it.
    expect([201, 503]).toEqual(expect.arrayContaining([...statuses]));
    expect(statuses).toContain(201);
  });
});
