import type * as z from "zod/mini";
import type { CallFailure } from "../client/auth-service.ts";
import type { Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { findUnavailable, firstCause } from "../core/unavailable.ts";
import { type Binding, readBinding, type Scope } from "./binding.ts";
import type { CallLogLine } from "./call-log.ts";

/** One incoming call. */
export type IncomingCall<Deps> = {
  readonly clock: Clock;
  readonly props: unknown;
  readonly counts: {
    readonly d1: number;
    readonly kv: number;
    readonly kvFailed: number;
    readonly providerErrors: readonly string[];
  };
  readonly log: (line: CallLogLine) => void;
  /** Runs the work with the dependencies of the use cases, in the scope of this call. */
  run<T>(requestId: string, work: (deps: Deps) => Promise<T>): Promise<T>;
};

type Method<Arguments extends z.ZodMiniType> = {
  readonly name: string;
  readonly scope: Scope;
  /** The schema of the arguments. */
  readonly takes: Arguments;
};

type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * Handles one call: checks the binding's permission, parses the arguments, runs the work and writes one log
 * line. An outage becomes `unavailable`. A bug throws a bare "internal", because the original message may
 * hold a statement's parameters.
 */
export async function answerCall<Deps, Arguments extends z.ZodMiniType, Result extends Answer>(
  call: IncomingCall<Deps>,
  method: Method<Arguments>,
  rawArguments: unknown,
  work: (deps: Deps, input: z.output<Arguments>, binding: Binding) => Promise<Result>,
): Promise<Result | { readonly ok: false; readonly reason: CallFailure }> {
  const startedAt = call.clock.now();
  const requestId = newId();
  const binding = readBinding(call.props);
  const write = (answer: Answer | null, error?: unknown) => {
    const { d1, kv, kvFailed, providerErrors } = call.counts;
    call.log({
      at: new Date(startedAt).toISOString(),
      requestId,
      rpc: method.name,
      worker: binding?.worker ?? "unnamed",
      ok: answer?.ok ?? false,
      ...(answer?.ok === false ? { reason: answer.reason } : {}),
      ms: call.clock.now() - startedAt,
      d1,
      kv,
      ...(kvFailed > 0 ? { kvFailed } : {}),
      ...(providerErrors.length > 0 ? { providerErrors } : {}),
      ...(error === undefined ? {} : { error: firstCause(error) }),
    });
  };
  const refuse = (reason: CallFailure, error?: unknown) => {
    const refusal = { ok: false, reason } as const;
    write(refusal, error);
    return refusal;
  };
  try {
    if (!binding?.allows(method.scope)) return refuse("forbidden");
    const input = method.takes.safeParse(rawArguments);
    if (!input.success) return refuse("bad_request");
    const result = await call.run(requestId, (deps) => work(deps, input.data, binding));
    write(result);
    return result;
  } catch (cause) {
    if (findUnavailable(cause)) return refuse("unavailable", cause);
    write(null, cause);
    throw new Error("internal");
  }
}
