import { existsSync, readFileSync } from "node:fs";
import { type Example, type Problem, problemIn } from "./example.ts";

/** The text of a test, or of the script that a page names; null where there is none. */
export type ReadTest = (name: string) => string | null;

export const readTest: ReadTest = (name) => {
  const path = [`test/${name}.test.ts`, `test/${name}.ts`, `${name}.ts`].find((one) => existsSync(one));
  return path === undefined ? null : readFileSync(path, "utf8");
};

/** Whether each block that is left to a test is taken there, by a name that is its own. */
export function checkLeft(examples: readonly Example[], read: ReadTest): readonly Problem[] {
  const seen = new Set<string>();
  return examples.flatMap((example) => {
    const { mark } = example;
    if (mark?.kind !== "run-by") return [];
    const whole = `${mark.test} as ${mark.name}`;
    if (seen.has(whole)) return [problemIn(example, `another block is run by ${whole} too`)];
    seen.add(whole);
    const text = read(mark.test);
    if (text === null) return [problemIn(example, `there is no test/${mark.test}.test.ts to run it`)];
    if (text.includes(`"${mark.name}"`)) return [];
    return [problemIn(example, `test/${mark.test}.test.ts takes no block by the name "${mark.name}"`)];
  });
}
