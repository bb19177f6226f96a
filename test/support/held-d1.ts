import { env } from "cloudflare:workers";
import { startService } from "./service.ts";

/** A service whose n-th D1 batch waits until it is released. `reached` resolves when that batch arrives. */
export function startWithHeldBatch(nth: number, variables: Readonly<Record<string, string>> = {}) {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let batches = 0;
  const held = new Proxy(env.DB, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
      return async (statements: D1PreparedStatement[]) => {
        batches += 1;
        if (batches === nth) {
          reached.resolve();
          await gate.promise;
        }
        return target.batch(statements);
      };
    },
  });
  return {
    service: startService({ env: { ...variables, DB: held } }),
    reached: reached.promise,
    release: gate.resolve,
  };
}
