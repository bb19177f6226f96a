import { readArguments } from "./read-arguments.ts";

/** What `npm run dev` has to know of the arguments that it hands on to `wrangler dev`. */
export type WranglerArguments = {
  /** As typed; 0 asks for any free port. */
  readonly port: number | undefined;
  readonly protocol: string;
  readonly persistTo: string | undefined;
  readonly config: string | undefined;
  readonly env: string | undefined;
  readonly envFiles: readonly string[];
  /** The `--var NAME:value` pairs, which win over every file. */
  readonly vars: Readonly<Record<string, string>>;
  /** Whether the example is to start beside the service: not with `--no-notes`. */
  readonly withNotes: boolean;
  /** Everything but the port and what is not wrangler's, untouched and in order. */
  readonly others: readonly string[];
};

const options = {
  port: { type: "string" },
  "local-protocol": { type: "string" },
  "persist-to": { type: "string" },
  config: { type: "string", short: "c" },
  env: { type: "string", short: "e" },
  "env-file": { type: "string", multiple: true },
  var: { type: "string", multiple: true },
  "no-notes": { type: "boolean" },
} as const;

/** The port, which goes last, and what wrangler would not know. */
const KEPT = new Set(["port", "no-notes"]);

/** Throws an Error with a sentence for the reader when the port is not one. */
export function readWranglerArguments(args: readonly string[]): WranglerArguments {
  const { values, vars, others } = readArguments(args, { options, kept: KEPT });
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const texts = (value: unknown) =>
    Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  return {
    port: readPort(text(values.port)),
    protocol: text(values["local-protocol"]) ?? "http",
    persistTo: text(values["persist-to"]),
    config: text(values.config),
    env: text(values.env),
    envFiles: texts(values["env-file"]),
    vars,
    withNotes: values["no-notes"] !== true,
    others,
  };
}

function readPort(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const port = /^\d+$/.test(typed) ? Number(typed) : Number.NaN;
  if (!(port <= 65_535)) throw new Error(`--port must be a number up to 65535, and is "${typed}".`);
  return port;
}
