import type { Finding } from "./finding.ts";

const WORDS = { ok: "ok  ", warn: "warn", fail: "FAIL", skip: "--  " } as const;

/** One line a finding, its mend under it, and the sum. */
export function printFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const rows = findings.map(({ level, about, says, mend }) => {
    const row = `${WORDS[level]}  ${about.padEnd(width)}  ${says}`;
    return mend === undefined ? row : `${row}\n      ${" ".repeat(width)}  → ${mend}`;
  });
  const count = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length;
  const sum = `${count("ok")} ok, ${count("warn")} to look at, ${count("fail")} failed, ${count("skip")} not checked`;
  return `${rows.join("\n")}\n\n${sum}`;
}
