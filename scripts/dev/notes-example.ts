import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { anyFreePort, isPortFree } from "../shared/free-port.ts";
import { migrate } from "../shared/local-platform.ts";
import { readyPort, startWrangler } from "../shared/run-wrangler.ts";
import type { WranglerArguments } from "../shared/wrangler-arguments.ts";

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

/** Starts it, until `signal` ends it. Resolves once it can be reached, or will not be: that is told, and the service goes on. */
export async function startNotes(
  place: NotesPlace,
  args: WranglerArguments,
  { serviceOrigin, signal }: { readonly serviceOrigin: string; readonly signal: AbortSignal },
): Promise<boolean> {
  try {
    // Apart from the service's: two processes that share a folder of databases lock each other out.
    const persistTo = args.persistTo && join(args.persistTo, "notes");
    await migrate({ ...NOTHING_ELSE, config: CONFIG, persistTo });
    if (signal.aborted) return false;
    const child = startExample(place, persistTo, serviceOrigin);
    signal.addEventListener("abort", () => child.kill("SIGTERM"));
    return await untilReady(child);
  } catch (error) {
    if (!signal.aborted) tellOfFailure(error instanceof Error ? error.message : String(error));
    return false;
  }
}

const NOTHING_ELSE = { env: undefined, envFiles: [], vars: {} };

function startExample(place: NotesPlace, persistTo: string | undefined, serviceOrigin: string): ChildProcess {
  const { port, protocol } = new URL(place.origin);
  const persist = persistTo === undefined ? [] : ["--persist-to", persistTo];
  return startWrangler(
    [
      ...["dev", "--config", CONFIG, "--port", port, "--local-protocol", protocol.slice(0, -1)],
      // The service's own debugger keeps the usual port.
      ...["--inspector-port", "0", ...persist, "--var", `GATEHOUSE_URL:${serviceOrigin}`],
    ],
    { stdio: ["ignore", "ignore", "pipe", "ipc"] },
  );
}

/** What it complains of while it starts is told if it does not start, and from then on line by line. */
function untilReady(child: ChildProcess): Promise<boolean> {
  let complaints: string[] | null = [];
  if (child.stderr) {
    createInterface(child.stderr).on("line", (line) => {
      if (complaints === null) console.error(`notes │ ${line}`);
      else complaints.push(line);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("message", (message) => {
      if (readyPort(message) === null) return;
      complaints = null;
      resolve(true);
    });
    child.once("error", reject);
    child.once("close", () => {
      resolve(false);
      // We ended it ourselves, with everything else.
      if (child.killed) return;
      if (complaints === null) console.error("\n  The example has ended. The service goes on without it.\n");
      else tellOfFailure(complaints.join("\n"));
    });
  });
}

const tellOfFailure = (why: string): void => console.error(`\n  The example did not start. ${why}`);
