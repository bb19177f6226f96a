import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const fileUrl = (path: string) => pathToFileURL(resolve(path)).href;

/** The modules that the examples of the pages import. */
const MODULES: Readonly<Record<string, string>> = {
  "gatehouse/client": fileUrl("src/client/index.ts"),
  "gatehouse/client/hono": fileUrl("src/client/hono.ts"),
  hono: import.meta.resolve("hono"),
  "cloudflare:workers": `data:text/javascript,${encodeURIComponent("export class WorkerEntrypoint {}")}`,
};

/** Imports the code of an example in Node. */
export async function importExample<Module>(
  { code }: { readonly code: string },
  extension: "ts" | "js",
): Promise<Module> {
  const folder = mkdtempSync(join(tmpdir(), "example-"));
  try {
    const file = join(folder, `example.${extension === "js" ? "mjs" : "ts"}`);
    const resolved = code.replaceAll(/from "([^"]+)"/g, (whole, name: string) =>
      name in MODULES ? `from ${JSON.stringify(MODULES[name])}` : whole,
    );
    writeFileSync(file, resolved);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Module;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
