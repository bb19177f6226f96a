import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { WranglerArguments } from "../shared/wrangler-arguments.ts";

/** The file that wrangler takes a laptop's secrets from: beside its configuration file. */
export const devVarsPath = ({ config }: Pick<WranglerArguments, "config">): string =>
  join(config === undefined ? "." : dirname(config), ".dev.vars");

/** Every file that the Worker's variables may come from, whether it is there or not. */
export function variableFiles(
  args: Pick<WranglerArguments, "config" | "env" | "envFiles">,
): readonly string[] {
  if (args.envFiles.length > 0) return args.envFiles;
  const path = devVarsPath(args);
  return args.env === undefined ? [path] : [path, `${path}.${args.env}`];
}

/**
 * Makes `.dev.vars` with secrets of its own, unless there is one or `--env-file` takes its place.
 * An existing file is never touched. Returns the path of a file that was made.
 */
export function makeDevVars(
  args: Pick<WranglerArguments, "config" | "env" | "envFiles">,
): string | undefined {
  const path = devVarsPath(args);
  if (args.envFiles.length > 0 || variableFiles(args).some((file) => existsSync(file))) return undefined;
  // "wx" and 0600 from the start: no moment in which others could read it, or a second start replace it.
  writeFileSync(path, contents(randomBytes(48).toString("base64url")), { flag: "wx", mode: 0o600 });
  return path;
}

const contents = (
  secret: string,
) => `# Secrets of this machine's development service, made by \`npm run dev\`. Not for git, not for
# production. Any variable of the README may stand here. A new AUTH_SECRET makes every password
# and session of the local database void.
AUTH_SECRET=${secret}
ENVIRONMENT=development
# Everything on a laptop comes from one address. Take this line out to meet the limits yourself; the
# account lock stands either way.
RATE_LIMITS=off
`;
