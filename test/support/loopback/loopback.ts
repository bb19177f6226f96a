import { inject } from "vitest";
import { CONTROL_PREFIX, type LoopbackAnswer, type LoopbackRequest } from "./protocol.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The loopback server's origin, without a slash at its end. */
    loopbackUrl: string;
    /** Likewise those of real OpenID providers, and of what speaks as GitHub and Facebook do. */
    googleUrl: string;
    oidcUrl: string;
    socialUrl: string;
  }
}

export type Loopback = {
  /** The base URL to hand to what is tested, without a slash at its end. */
  readonly url: string;
  /**
   * Sets what the next requests get, in this order; the last answer stays for all that follow.
   * It replaces earlier answers and keeps the recorded requests.
   */
  answer(...answers: readonly [LoopbackAnswer, ...LoopbackAnswer[]]): Promise<void>;
  /** Every request so far, oldest first; one that hangs or was cut off is among them. */
  requests(): Promise<readonly LoopbackRequest[]>;
};

/**
 * A channel of its own on the loopback HTTP server, which stands where the network ends: a mail
 * provider, a captcha service. It answers 200 with `{}` until it is told otherwise.
 */
export function openLoopback(): Loopback {
  const origin = inject("loopbackUrl");
  const channel = crypto.randomUUID();
  const control = `${origin}${CONTROL_PREFIX}${channel}`;
  return {
    url: `${origin}/${channel}`,
    async answer(...answers) {
      const response = await fetch(control, { method: "PUT", body: JSON.stringify(answers) });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the loopback server refused its answers: ${response.status}`);
    },
    async requests() {
      const response = await fetch(control);
      return (await response.json()) as readonly LoopbackRequest[];
    },
  };
}
