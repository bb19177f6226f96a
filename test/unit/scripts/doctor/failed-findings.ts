import { expect } from "vitest";
import type { Finding } from "../../../../scripts/doctor/finding.ts";

/** Warnings and failures as "level message". Expects a fix in each. */
export function failures(findings: readonly Finding[]): string[] {
  const failed = findings.filter(({ level }) => level === "warn" || level === "fail");
  for (const { fix } of failed) expect(fix).toMatch(/\w{3}/);
  return failed.map(({ level, message }) => `${level} ${message}`);
}
