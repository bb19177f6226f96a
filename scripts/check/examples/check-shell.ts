import { spawnSync } from "node:child_process";
import { type Example, type Problem, problemIn } from "./example.ts";

/** Whether bash can read it. */
export function checkShell(example: Example): readonly Problem[] {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: example.code, encoding: "utf8" });
  if (status === 0) return [];
  const [, at = "1", says = stderr.trim()] = /line (\d+): (.*)/.exec(stderr) ?? [];
  return [problemIn({ ...example, line: example.line + Number(at) - 1 }, `bash: ${says}`)];
}
