import type { AuthServiceBinding } from "../../../../src/client/auth-service.ts";
import { createVerifier } from "../../../../src/client/index.ts";

type Env = Readonly<Record<string, AuthServiceBinding>>;

/** What a test has the consumer do: call a method, or verify tokens by one verifier, all at once. */
export type Order =
  | { readonly binding: string; readonly method: string; readonly args: readonly unknown[] }
  | {
      readonly binding: string;
      readonly audience?: string;
      readonly strict?: boolean;
      readonly tokens: string[];
    }
  | { readonly issuer: string; readonly audience: string; readonly tokens: string[] };

export default {
  async fetch(request, env) {
    const order = (await request.json()) as Order;
    if ("method" in order) {
      try {
        // biome-ignore lint/suspicious/noExplicitAny: a caller that no compiler holds to anything
        const stub = env[order.binding] as any;
        return Response.json({ answer: await stub[order.method](...order.args) });
      } catch (cause) {
        return Response.json({ threw: String(cause) });
      }
    }
    if ("issuer" in order) {
      const { verify } = createVerifier({ issuer: order.issuer, audience: order.audience });
      return Response.json(await Promise.all(order.tokens.map((token) => verify(token))));
    }
    const { audience, strict } = order;
    const binding = env[order.binding] as AuthServiceBinding;
    const { verify } = createVerifier({ binding, audience });
    return Response.json(await Promise.all(order.tokens.map((token) => verify(token, { strict }))));
  },
} satisfies ExportedHandler<Env>;
