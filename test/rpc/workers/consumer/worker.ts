import type { AuthServiceBinding } from "../../../../src/client/auth-service.ts";
import { createVerifier } from "../../../../src/client/index.ts";
import type { Order } from "../../command.ts";

type Env = Readonly<Record<string, AuthServiceBinding>>;

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
