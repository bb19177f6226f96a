import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ServiceOptions } from "../shared/command-line.ts";

/** The file of local secrets that wrangler reads: beside its configuration. */
export const devVarsPath = ({ config }: Pick<ServiceOptions, "config">): string =>
  join(config === undefined ? "." : dirname(config), ".dev.vars");

/** The files that wrangler reads variables from. They may not exist. */
export function variableFiles(
  options: Pick<ServiceOptions, "config" | "env" | "envFiles">,
): readonly string[] {
  if (options.envFiles.length > 0) return options.envFiles;
  const path = devVarsPath(options);
  return options.env === undefined ? [path] : [path, `${path}.${options.env}`];
}

/**
 * Creates `.dev.vars` with random secrets, unless it exists or `--env-file` replaces it. Never changes an existing file.
 * Returns the path of the created file.
 */
export function createDevVars(
  options: Pick<ServiceOptions, "config" | "env" | "envFiles">,
): string | undefined {
  const path = devVarsPath(options);
  if (options.envFiles.length > 0 || variableFiles(options).some((file) => existsSync(file)))
    return undefined;
  // "wx" and 0600 at creation: other users can never read the file, and a concurrent start cannot replace it.
  writeFileSync(path, contents(randomBytes(48).toString("base64url")), { flag: "wx", mode: 0o600 });
  return path;
}

const contents = (
  secret: string,
) => `# Secrets of this machine's development service, created by \`npm run dev\`. Not for git, not for
# production. You can set any variable of docs/configuration.md here. A new AUTH_SECRET invalidates
# every password and session of the local database.
AUTH_SECRET=${secret}
ENVIRONMENT=development
# All local requests have one IP address. Remove this line to test the rate limits; the account
# lockout applies either way.
RATE_LIMITS=off
`;
