import { existsSync, readFileSync } from "node:fs";
import { type Example, type Problem, problemIn } from "./example.ts";

/** The source of a test, or of a script, that a mark names; null if it does not exist. */
export type ReadTest = (name: string) => string | null;

export const readTest: ReadTest = (name) => {
  const path = [`test/${name}.test.ts`, `test/${name}.ts`, `${name}.ts`].find((one) => existsSync(one));
  return path === undefined ? null : readFileSync(path, "utf8");
};

/** Checks that the test of each "run by" mark exists and reads the block by its unique name. */
export function checkRunBy(examples: readonly Example[], read: ReadTest): readonly Problem[] {
  const seen = new Set<string>();
  return examples.flatMap((example) => {
    const { mark } = example;
    if (mark?.kind !== "run-by") return [];
    const whole = `${mark.test} as ${mark.name}`;
    if (seen.has(whole)) return [problemIn(example, `another block has the mark "run by ${whole}" too`)];
    seen.add(whole);
    const text = read(mark.test);
    if (text === null) return [problemIn(example, `there is no test/${mark.test}.test.ts`)];
    if (text.includes(`"${mark.name}"`)) return [];
    return [problemIn(example, `test/${mark.test}.test.ts reads no block named "${mark.name}"`)];
  });
}
