import * as z from "zod/mini";
import { variables as schemaOf } from "../../src/composition/config-schema.ts";
import { readResources } from "../../src/composition/resource-settings.ts";
import { withoutBlanks } from "../../src/core/config-parsers.ts";
import type { ClientLimits } from "../../src/oauth/clients/rules.ts";
import { CommandError } from "./command-error.ts";

const NAMES = {
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
  const isDevelopment = set.ENVIRONMENT === "development";
  const schema = z.pick(schemaOf(isDevelopment ? "development" : "production"), NAMES);
  const lifetimes = schema.safeParse(set);
  const publicUrl = URL.parse(String(set.PUBLIC_URL ?? ""))?.origin ?? null;
  const read = readResources(set, { isDevelopment, publicUrl });
  const problems = [
    ...(lifetimes.error?.issues ?? []).map(({ path, message }) => ({ path: String(path[0]), message })),
    ...("problems" in read ? read.problems : []),
  ];
  if (!lifetimes.success || "problems" in read) {
    const sentences = problems.map(({ path, message }) => `${path} ${message}.`);
    throw new CommandError(`The configuration of the service is invalid: ${sentences.join(" ")}`);
  }
  const { ACCESS_TOKEN_TTL, REFRESH_IDLE_TTL, REFRESH_MAX_TTL } = lifetimes.data;
  return {
    publicUrl: publicUrl ?? "",
    resources: read.resources,
    accessTokenTtl: ACCESS_TOKEN_TTL,
    refreshIdleTtl: REFRESH_IDLE_TTL,
    refreshMaxTtl: REFRESH_MAX_TTL,
  };
}
