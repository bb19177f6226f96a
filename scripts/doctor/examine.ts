import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { readDeployment } from "../deploy/deployment.ts";
import type { DoctorCall } from "./command-line.ts";
import type { Finding } from "./finding.ts";
import { gatherConfig } from "./gather-config.ts";
import { type Ask, gatherKeys, migrationFiles } from "./gather-database.ts";
import { gatherMail } from "./gather-mail.ts";
import { gatherOutside } from "./gather-outside.ts";
import { judgeBindings } from "./judge-bindings.ts";
import { judgeHashing } from "./judge-hashing.ts";
import { judgeKeys } from "./judge-keys.ts";
import { judgeMail } from "./judge-mail.ts";
import { judgeMigrations, type MigrationFacts } from "./judge-migrations.ts";
import { judgeOrigins } from "./judge-origins.ts";
import { judgeOutside } from "./judge-outside.ts";
import { judgeSecrets } from "./judge-secrets.ts";
import { judgeTools } from "./judge-tools.ts";

/** What a place can be asked: this machine's service, or the deployed one. */
export type Place = {
  readonly isRemote: boolean;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly secretNames: readonly string[] | null;
  /** The file of a laptop's variables. */
  readonly file?: string;
  readonly applied: MigrationFacts["applied"];
  /** Null where there is no database to ask. */
  readonly ask: Ask | null;
  /** AUTH_SECRET and the one before, where they are known here; empty where not. */
  readonly roots: readonly [string, string];
};

type Open = <T>(call: DoctorCall, use: (place: Place) => Promise<T>) => Promise<T>;

/** Everything that is to be said, in order. */
export async function examine(call: DoctorCall, open: Open): Promise<readonly Finding[]> {
  const tools = judgeTools(gatherTools());
  if (call.url !== undefined && !call.isRemote)
    return [...tools, ...judgeOutside(await gatherOutside(call.url))];
  const deployment = await readDeployment(call);
  const inside = await open(call, async (place): Promise<readonly Finding[]> => {
    const { isRemote, variables, ask, roots } = place;
    const text = (name: string) => String(variables[name] ?? "").trim() || undefined;
    const list = (name: string) =>
      (text(name) ?? "")
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean);
    const keys = ask && (await gatherKeys(ask, ...roots));
    return [
      ...judgeBindings(gatherConfig(deployment, text("MAIL_PROVIDER"))),
      ...judgeSecrets({ ...place, inFile: deployment.vars }),
      ...judgeMigrations({ isRemote, files: migrationFiles(), applied: place.applied }),
      ...(keys ? judgeKeys(keys) : []),
      ...judgeOrigins({
        publicUrl: text("PUBLIC_URL"),
        allowedOrigins: list("ALLOWED_ORIGINS"),
        allowedReturnUrls: list("ALLOWED_RETURN_URLS"),
        captcha: text("CAPTCHA_PROVIDER"),
      }),
      ...judgeMail(await gatherMail(variables, call.dns)),
      judgeHashing(Number(text("PASSWORD_HASH_BLOCKS") ?? 6)),
    ];
  });
  const origin =
    call.url ?? (call.isRemote ? URL.parse(String(deployment.vars.PUBLIC_URL ?? ""))?.origin : undefined);
  return [...tools, ...inside, ...(origin ? judgeOutside(await gatherOutside(origin)) : [])];
}

function gatherTools() {
  const own = JSON.parse(readFileSync("package.json", "utf8"));
  let wrangler: string | null = null;
  try {
    wrangler = createRequire(import.meta.url)("wrangler/package.json").version;
  } catch {
    // It is said that it is missing.
  }
  return { node: process.versions.node, wrangler, pinnedWrangler: own.devDependencies.wrangler };
}
