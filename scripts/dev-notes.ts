import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ensureClient } from "./build-client.ts";
import { anyFreePort, isPortFree } from "./free-port.ts";
import { migrate } from "./local-platform.ts";
import { isServerReady, startWrangler } from "./run-wrangler.ts";
import type { WranglerArguments } from "./wrangler-arguments.ts";

// The example beside the service: a Worker of its own, by `wrangler dev` with its real configuration. It finds
// the service by name, as any other Worker of this machine would.

const CONFIG = "examples/notes/wrangler.toml";

/** What the service has to know of the example: where its people come back to, and whom its tokens are for. */
export type NotesPlace = { readonly origin: string; readonly returnUrl: string; readonly audience: "notes" };

/** Where the example will be: at the next port, if that is free. Null where it is not wanted, or would not be found. */
export async function placeNotes(args: WranglerArguments, port: number): Promise<NotesPlace | null> {
  // With an environment the service has another name.
  if (!args.withNotes || args.env !== undefined || !existsSync(CONFIG)) return null;
  const next = port + 1;
  const own = next <= 65_535 && (await isPortFree(next)) ? next : await anyFreePort();
  const origin = `${args.protocol}://localhost:${own}`;
  return { origin, returnUrl: `${origin}/signed-in`, audience: "notes" };
}

/** Starts it; resolves once it can be reached. A failure is told, and does not end the service. */
export async function startNotes(
  place: NotesPlace,
  args: WranglerArguments,
  serviceOrigin: string,
): Promise<boolean> {
  try {
    // Apart from the service's: two processes that share a folder of databases lock each other out.
    const persistTo = args.persistTo && join(args.persistTo, "notes");
    await Promise.all([ensureClient(), migrate({ ...NOTHING_ELSE, config: CONFIG, persistTo })]);
    await serve(place, persistTo, serviceOrigin);
    return true;
  } catch (error) {
    console.error(`\n  The example did not start. ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

const NOTHING_ELSE = { env: undefined, envFiles: [], vars: {} };

function serve(place: NotesPlace, persistTo: string | undefined, serviceOrigin: string): Promise<void> {
  const { port, protocol } = new URL(place.origin);
  const persist = persistTo === undefined ? [] : ["--persist-to", persistTo];
  const child = startWrangler(
    [
      ...["dev", "--config", CONFIG, "--port", port, "--local-protocol", protocol.slice(0, -1)],
      // The service's own debugger keeps the usual port.
      ...["--inspector-port", "0", ...persist, "--var", `GATEHOUSE_URL:${serviceOrigin}`],
    ],
    { stdio: ["ignore", "ignore", "pipe", "ipc"] },
  );
  const complaints: string[] = [];
  if (child.stderr) {
    createInterface(child.stderr).on("line", (line) => {
      complaints.push(line);
      if (isReady) console.error(`notes │ ${line}`);
    });
  }
  let isReady = false;
  return new Promise((resolve, reject) => {
    child.on("message", (message) => {
      if (!isServerReady(message)) return;
      isReady = true;
      resolve();
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(complaints.join("\n"))));
  });
}
