/** The required ratio of each operation to its floor, in requests a second (docs/scaling.md). */
export const REQUIRED_RATIOS = {
  "GET /me": 0.88,
  "GET /healthz": 0.75,
  JWKS: 0.75,
  "RPC, fast": 1,
  "sign-in": 0.95,
} as const;

export type Operation = keyof typeof REQUIRED_RATIOS;

/** Requests a second of the operation and of its floor, measured one after the other. */
export type Round = { readonly service: number; readonly floor: number };

export type Verdict = {
  readonly operation: Operation;
  /** Medians of the rounds. */
  readonly service: number;
  readonly floor: number;
  readonly ratio: number;
  readonly required: number;
  readonly isMet: boolean;
};

/**
 * Judges an operation by the median of its rounds' ratios. Both halves of a round run within seconds, so other load
 * on the machine changes their ratio less than it changes the two medians.
 */
export function judge(operation: Operation, rounds: readonly Round[]): Verdict {
  const ratio = median(rounds.map(({ service, floor }) => service / floor));
  const required = REQUIRED_RATIOS[operation];
  return {
    operation,
    service: median(rounds.map(({ service }) => service)),
    floor: median(rounds.map(({ floor }) => floor)),
    ratio,
    required,
    isMet: ratio >= required,
  };
}

export function formatVerdicts(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ operation, service, floor, ratio, required, isMet }) =>
    [
      operation.padEnd(14),
      service.toFixed(1).padStart(12),
      floor.toFixed(1).padStart(12),
      ratio.toFixed(2).padStart(8),
      required.toFixed(2).padStart(10),
      isMet ? "" : "   missed",
    ].join(""),
  );
  return ["operation        requests/s     floor/s   ratio  required", ...lines].join("\n");
}

/** The mean of the two middle values of an even number of values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
