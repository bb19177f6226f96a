import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findFreePort, isPortFree } from "../shared/free-port.ts";
import { migrate } from "../shared/local-platform.ts";
import { readyPort, startWrangler } from "../shared/run-wrangler.ts";
import { type DevOptions, localOrigin, toArguments } from "../shared/wrangler-options.ts";
import { notesResource } from "./example-resources.ts";

// The example beside the service: a Worker of its own, started by `wrangler dev` with its real configuration. It binds
// to the service by name, like any other Worker of this machine.

const CONFIG = "examples/notes/wrangler.toml";

/** The example's values for the service's configuration. */
export type ExampleAddress = {
  readonly origin: string;
  readonly returnUrl: string;
  readonly resource: ReturnType<typeof notesResource>;
};

/** Chooses the next port if it is free, else any. Null if the example does not start. */
export async function chooseExampleAddress(
  options: DevOptions,
  port: number,
): Promise<ExampleAddress | null> {
  // In an environment the service has another name, and the example's binding would not find it.
  if (!options.withNotes || options.env !== undefined || !existsSync(CONFIG)) return null;
  const next = port + 1;
  // A port that an option for wrangler names, such as --inspector-port, is still free now.
  const isAvailable = next <= 65_535 && !namesPort(options.rest, next) && (await isPortFree(next));
  const examplePort = isAvailable ? next : await findFreePort();
  const origin = localOrigin(options, examplePort);
  return { origin, returnUrl: `${origin}/signed-in`, resource: notesResource(origin) };
}

const namesPort = (args: readonly string[], port: number): boolean =>
  args.some((arg) => arg === String(port) || arg.endsWith(`=${port}`));

/** Starts the example until `signal` aborts. Resolves to whether it is ready; a failure is printed, not thrown. */
export async function startExample(
  address: ExampleAddress,
  options: DevOptions,
  { serviceOrigin, signal }: { readonly serviceOrigin: string; readonly signal: AbortSignal },
): Promise<boolean> {
  try {
    // A state directory of its own: two processes that share one lock each other's databases.
    const persistTo = options.persistTo && join(options.persistTo, "notes");
    await migrate({ config: CONFIG, persistTo, envFiles: [] });
    if (signal.aborted) return false;
    const child = spawnExample(address, persistTo, serviceOrigin);
    signal.addEventListener("abort", () => child.kill("SIGTERM"));
    return await waitUntilReady(child);
  } catch (error) {
    if (!signal.aborted) printFailure(error instanceof Error ? error.message : String(error));
    return false;
  }
}

function spawnExample(
  address: ExampleAddress,
  persistTo: string | undefined,
  serviceOrigin: string,
): ChildProcess {
  const { port, protocol } = new URL(address.origin);
  const args = toArguments({
    config: CONFIG,
    port,
    "local-protocol": protocol.slice(0, -1),
    // The service's debugger keeps the default port.
    "inspector-port": "0",
    "persist-to": persistTo,
    var: `GATEHOUSE_URL:${serviceOrigin}`,
  });
  return startWrangler(["dev", ...args], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
}

/** Collects error output during the start and prints it if the start fails; later output is printed line by line. */
function waitUntilReady(child: ChildProcess): Promise<boolean> {
  let startupErrors: string[] | null = [];
  if (child.stderr) {
    createInterface(child.stderr).on("line", (line) => {
      if (startupErrors === null) console.error(`notes │ ${line}`);
      else startupErrors.push(line);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("message", (message) => {
      if (readyPort(message) === null) return;
      startupErrors = null;
      resolve(true);
    });
    child.once("error", reject);
    child.once("close", () => {
      resolve(false);
      // This script stopped it.
      if (child.killed) return;
      if (startupErrors === null) console.error("\n  The example has exited. The service keeps running.\n");
      else printFailure(startupErrors.join("\n"));
    });
  });
}

const printFailure = (reason: string): void => console.error(`\n  The example did not start. ${reason}`);
