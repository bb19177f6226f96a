import { expect } from "vitest";
import type { Finding } from "../../../../scripts/doctor/finding.ts";

/** What is wrong, as "level says"; every such line has its mend. */
export function wrong(findings: readonly Finding[]): string[] {
  const bad = findings.filter(({ level }) => level === "warn" || level === "fail");
  for (const { mend } of bad) expect(mend).toMatch(/\w{3}/);
  return bad.map(({ level, says }) => `${level} ${says}`);
}
