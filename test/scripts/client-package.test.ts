import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join, resolve } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examplesForTest } from "../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../scripts/check/examples/pages.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";

// `gatehouse/client` as a consumer installs it: built, packed, installed by docs/protect-a-worker.md, with hono beside it.

const scratch = createScratchDirectory();
// The pages whose examples of TypeScript need only the package, Hono and the types of Workers.
const DOCUMENTED = ["protect-a-worker", "workers", "server-rendered-app", "single-page-app", "clients"];
// The clone of Gatehouse, and the consumer's project beside it.
const source = join(scratch.path, "gatehouse");
const consumer = join(scratch.path, "consumer");
const modules = join(consumer, "node_modules");
const installed = join(modules, "gatehouse");
const { code: install } = examplesForTest("scripts/client-package", readPages().values())("install");
let tarball = "";

const DEPENDENCIES = ["jose", "oauth4webapi"];

/** Runs in a shell, since the executables of npm and tsc have other names on Windows. */
function run(command: string, cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, { cwd, shell: true, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}\n${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  mkdirSync(source);
  // A fresh clone with installed packages: only packing builds the client.
  for (const file of ["package.json", "LICENSE", "README.md", "tsconfig.json", "tsconfig.client.json"]) {
    copyFileSync(file, join(source, file));
  }
  cpSync("src/client", join(source, "src", "client"), { recursive: true });
  const isNoPackage = (path: string) => basename(path) !== "node_modules";
  cpSync("scripts/build", join(source, "scripts", "build"), { recursive: true, filter: isNoPackage });
  mkdirSync(join(source, "public"));
  copyFileSync("public/openapi.json", join(source, "public", "openapi.json"));
  symlinkSync(resolve("node_modules"), join(source, "node_modules"), "junction");
  const [packed] = JSON.parse(run("npm pack --json --silent", source)) as [{ filename: string }];
  tarball = join(source, packed.filename);
  mkdirSync(consumer);
  // The installed packages, so that the test needs no network.
  const overrides = Object.fromEntries(
    DEPENDENCIES.map((name) => [name, `file:${resolve("node_modules", name)}`]),
  );
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ type: "module", overrides }));
  run(`${install.trim()} --offline --no-audit --no-fund`, consumer);
  symlinkSync(resolve("node_modules", "hono"), join(modules, "hono"), "junction");
});
afterAll(() => scratch.remove());

/** Type-checks files of the consumer against the package. */
function typeCheck(files: string[], moduleResolution: "bundler" | "nodenext"): void {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "es2024",
    lib: ["es2024", "webworker"],
    types: [],
    module: moduleResolution === "bundler" ? "esnext" : "nodenext",
    moduleResolution,
    // Also checks the package's own declarations.
    skipLibCheck: false,
  };
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  run(`"${resolve("node_modules", ".bin", "tsc")}" -p .`, consumer);
}

/** A consumer's code. TypeScript checks each line. */
const CONSUMER = `
import { type AuthServiceBinding, createVerifier, type VerifyResult } from "gatehouse/client";
import {
  browserSession,
  type OptionalSessionEnv,
  requireRole,
  requireSession,
  type SessionEnv,
  signInRoutes,
} from "gatehouse/client/hono";
import { type Context, Hono } from "hono";

type Env = { Bindings: { AUTH: AuthServiceBinding; CLIENT_SECRET: string } };
const gatehouse = ({ env }: Context<Env>) => ({
  issuer: "https://auth.example.com",
  clientId: "notes",
  clientSecret: env.CLIENT_SECRET,
  verifier: createVerifier({ binding: env.AUTH }),
});

const api = new Hono<Env & SessionEnv>()
  .use(requireSession((c) => createVerifier({ binding: c.env.AUTH, audience: "notes" }), { strict: true }))
  .get("/", requireRole("admin"), (c) => c.text(c.var.session.userId));

const optionalApi = new Hono<Env & OptionalSessionEnv>()
  .use(browserSession(gatehouse, { optional: true }))
  // @ts-expect-error the session is optional
  .get("/unsure", (c) => c.text(c.var.session.name))
  .get("/", (c) => c.text(c.var.session?.name ?? "signed out"));

const app = new Hono<Env>()
  .route("/", signInRoutes(gatehouse))
  .get("/open", browserSession(gatehouse, { optional: true }), (c) => {
    // @ts-expect-error the session is optional
    return c.text(c.var.session.name);
  })
  .get("/mine", browserSession(gatehouse, { strict: true }), (c) => c.text(c.var.session.userId))
  .route("/optional", optionalApi)
  .route("/api", api);

export async function verify(issuer: string, token: string): Promise<VerifyResult> {
  const verifier = createVerifier({ issuer, audience: "https://notes.example.com" });
  // @ts-expect-error strict verification needs the service binding
  await verifier.verify(token, { strict: true });
  // @ts-expect-error a guard over HTTPS cannot be strict
  requireSession(verifier, { strict: true });
  // @ts-expect-error the audience is required
  createVerifier({ issuer });
  return verifier.verify(token);
}

export async function lookUp(auth: AuthServiceBinding): Promise<string> {
  const found = await auth.getUser("1");
  if (!found.ok) return found.reason;
  return found.user.email;
}

export default app;
`;

/** The types of the platform that the examples name: the consumer has no package with them. */
const WORKERS_TYPES = `
interface Fetcher { fetch(url: string, init?: RequestInit): Promise<Response> }
interface KVNamespace {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
}
`;

describe("the packed client", () => {
  it("depends only on jose and oauth4webapi and contains no file of the service", () => {
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(join(installed, "package.json"), "utf8"),
    );
    expect(Object.keys(dependencies)).toEqual(DEPENDENCIES);
    expect(peerDependencies).toEqual({ hono: ">=4" });
    const files = run(`tar -tzf "${tarball}"`, source).trim().split("\n");
    const unexpected = files.filter(
      (file) => !/^package\/(dist\/client\/([\w-]+\/)*[\w-]+(\.d\.ts|\.js)|[\w.]+)$/.test(file),
    );
    expect(unexpected).toEqual([]);
    expect(files).toContain("package/dist/client/index.js");
  });

  it("passes publint", async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it("passes attw for each entry point: its types are found by every module resolution of ES modules", () => {
    const attw = resolve("node_modules", ".bin", "attw");
    run(`"${attw}" "${tarball}" --profile esm-only --format ascii --no-emoji`, source);
  });

  it("runs in the browser: no module of an entry point imports one of Node, and no file but hono's imports hono", () => {
    const files = run(`tar -tzf "${tarball}"`, source).trim().split("\n");
    const imports = files
      .filter((file) => file.endsWith(".js"))
      .flatMap((file) => {
        const text = readFileSync(join(modules, file.replace("package", "gatehouse")), "utf8");
        return [...text.matchAll(/from "([^".][^"]*)"/g)].map(([, name = ""]) => ({ file, name }));
      });
    const names = new Set(
      imports.filter(({ file }) => !/client\/hono(\/|\.js)/.test(file)).map(({ name }) => name),
    );
    expect([...names].sort()).toEqual(DEPENDENCIES);
  });

  it.each(["bundler", "nodenext"] as const)(
    "type-checks in a consumer with the module resolution %s",
    (moduleResolution) => {
      writeFileSync(join(consumer, "app.ts"), CONSUMER);
      typeCheck(["app.ts"], moduleResolution);
    },
  );

  it.each(DOCUMENTED)("type-checks each example of docs/%s.md by itself", (name) => {
    const page = readFileSync(`docs/${name}.md`, "utf8");
    const examples = [...page.matchAll(/```ts\n(.*?)```/gs)];
    expect(examples.length).toBeGreaterThan(0);
    expect(examples).toHaveLength(page.match(/^```ts$/gm)?.length ?? 0);
    const files = examples.map(([, text = ""], at) => {
      writeFileSync(join(consumer, `${name}-${at}.ts`), text);
      return `${name}-${at}.ts`;
    });
    writeFileSync(join(consumer, "workers.d.ts"), WORKERS_TYPES);
    typeCheck([...files, "workers.d.ts"], "bundler");
  });

  it("fetches the key set of its issuer", async () => {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(request.url ?? "");
      response.end('{"keys": []}');
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    try {
      const { createVerifier } = await import(join(installed, "dist", "client", "index.js"));
      const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const header = btoa(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: "a" })).replaceAll("=", "");
      const result = await createVerifier({ issuer, audience: "https://notes.example.com" }).verify(
        `${header}.e30.AA`,
      );
      expect(result).toEqual({ ok: false, reason: "unavailable" });
      expect(requests).toEqual(["/.well-known/jwks.json"]);
    } finally {
      server.close();
    }
  });

  it("redirects a browser to the sign-in pages with Hono", async () => {
    const { browserSession, signInRoutes } = await import(join(installed, "dist", "client", "hono.js"));
    const { Hono } = await import("hono");
    const issuer = "https://auth.example.com";
    const send = async () =>
      Response.json({ issuer, authorization_endpoint: `${issuer}/oauth/authorize`, jwks_uri: issuer });
    const gatehouse = () => ({ issuer, clientId: "notes", fetch: send });
    const app = new Hono().route("/", signInRoutes(gatehouse)).use(browserSession(gatehouse));
    const page = await app.request("https://app.example.com/notes", { headers: { Accept: "text/html" } });
    expect(page.headers.get("Location")).toBe("/sign-in?to=%2Fnotes");
    const redirect = await app.request("https://app.example.com/sign-in?to=%2Fnotes");
    expect(redirect.headers.get("Location")).toMatch(/^https:\/\/auth\.example\.com\/oauth\/authorize\?/);
    expect(redirect.headers.get("Set-Cookie")).toMatch(/^__Host-app_attempt_[\w-]{8}=/);
  });
});
