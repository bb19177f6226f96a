/** One line of the doctor's report. */
export type Finding = {
  /** `skip` marks a check that could not run. It is not a failure. */
  readonly level: "ok" | "warn" | "fail" | "skip";
  readonly subject: string;
  readonly message: string;
  /** The correction. Every warning and failure has one. */
  readonly fix?: string;
};

const withoutFix =
  (level: "ok" | "skip") =>
  (subject: string, message: string): Finding => ({ level, subject, message });
const withFix =
  (level: "warn" | "fail") =>
  (subject: string, message: string, fix: string): Finding => ({ level, subject, message, fix });

export const ok = withoutFix("ok");
export const skip = withoutFix("skip");
export const warn = withFix("warn");
export const fail = withFix("fail");

const LABELS = { ok: "ok  ", warn: "warn", fail: "FAIL", skip: "--  " } as const;

/** One line a finding, its fix below it, and the totals. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const rows = findings.map(({ level, subject, message, fix }) => {
    const row = `${LABELS[level]}  ${subject.padEnd(width)}  ${message}`;
    return fix === undefined ? row : `${row}\n      ${" ".repeat(width)}  → ${fix}`;
  });
  const count = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length;
  const totals = `${count("ok")} ok, ${count("warn")} warnings, ${count("fail")} failed, ${count("skip")} not checked`;
  return `${rows.join("\n")}\n\n${totals}`;
}
