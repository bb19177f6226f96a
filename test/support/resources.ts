// The resources of the tests' services. `https://<alias>.example.test` is the URI of each.

/** The audience of the service's own API, for the PUBLIC_URL of vitest.config.ts. */
export const OWN_AUDIENCE = "http://gatehouse.test/api/auth";

export const resourceUri = <Alias extends string>(alias: Alias) => `https://${alias}.example.test` as const;

/** The value of RESOURCES. */
export const resourceList = (...aliases: readonly string[]): string =>
  JSON.stringify(aliases.map((alias) => ({ uri: resourceUri(alias), alias })));
