import { spawnSync } from "node:child_process";
import { type Example, type Problem, problemIn } from "./example.ts";

/** Checks the syntax with bash. */
export function checkShell(example: Example): readonly Problem[] {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: example.code, encoding: "utf8" });
  if (status === 0) return [];
  const [, at = "1", message = stderr.trim()] = /line (\d+): (.*)/.exec(stderr) ?? [];
  return [problemIn({ ...example, line: example.line + Number(at) - 1 }, `bash: ${message}`)];
}
