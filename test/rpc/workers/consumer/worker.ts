import type { AuthServiceBinding } from "../../../../src/client/auth-service.ts";
import { createVerifier } from "../../../../src/client/index.ts";
import type { Command } from "../../command.ts";

type Env = Readonly<Record<string, AuthServiceBinding>>;

export default {
  async fetch(request, env) {
    const command = (await request.json()) as Command;
    if ("method" in command) {
      try {
        // biome-ignore lint/suspicious/noExplicitAny: tests call methods and pass arguments that the types forbid
        const stub = env[command.binding] as any;
        return Response.json({ result: await stub[command.method](...command.args) });
      } catch (cause) {
        return Response.json({ error: String(cause) });
      }
    }
    if ("issuer" in command) {
      const { verify } = createVerifier({ issuer: command.issuer, audience: command.audience });
      return Response.json(await Promise.all(command.tokens.map((token) => verify(token))));
    }
    const { audience, strict } = command;
    const binding = env[command.binding] as AuthServiceBinding;
    const { verify } = createVerifier({ binding, audience });
    return Response.json(await Promise.all(command.tokens.map((token) => verify(token, { strict }))));
  },
} satisfies ExportedHandler<Env>;
