/** A database in hand, and the KV beside it. */
export type Platform = {
  readonly isRemote: boolean;
  readonly db: D1Database;
  readonly kv: KVNamespace;
  /**
   * AUTH_SECRET is the service's own on a laptop, and the operator's environment for a remote database; PUBLIC_URL on a
   * laptop is where `npm run dev` was last, unless it is set.
   */
  readonly variables: Readonly<Record<string, unknown>>;
};
