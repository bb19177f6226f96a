import * as z from "zod/mini";
import { variables as schemaOf } from "../../src/composition/config-schema.ts";
import { withoutBlanks } from "../../src/core/config-parsers.ts";
import type { ClientLimits } from "../../src/oauth/clients/rules.ts";
import { CommandError } from "./command-error.ts";

const NAMES = {
  RESOURCES: true,
  ACCESS_TOKEN_TTL: true,
  REFRESH_IDLE_TTL: true,
  REFRESH_MAX_TTL: true,
} as const;

/**
 * What bounds the metadata of clients, from the variables of the service. PUBLIC_URL may be a secret, which cannot be
 * read: then no redirect URI is compared with it.
 */
export function readClientLimits(given: Readonly<Record<string, unknown>>): ClientLimits {
  const set = withoutBlanks(given);
  const schema = z.pick(schemaOf(set.ENVIRONMENT === "development" ? "development" : "production"), NAMES);
  const read = schema.safeParse(set);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${String(path[0])} ${message}.`);
    throw new CommandError(`The configuration of the service is invalid: ${problems.join(" ")}`);
  }
  const { RESOURCES, ACCESS_TOKEN_TTL, REFRESH_IDLE_TTL, REFRESH_MAX_TTL } = read.data;
  return {
    publicUrl: URL.parse(String(set.PUBLIC_URL ?? ""))?.origin ?? "",
    resources: RESOURCES.map(({ uri, alias = null, scopes }) => ({ uri, alias, scopes })),
    accessTokenTtl: ACCESS_TOKEN_TTL,
    refreshIdleTtl: REFRESH_IDLE_TTL,
    refreshMaxTtl: REFRESH_MAX_TTL,
  };
}
