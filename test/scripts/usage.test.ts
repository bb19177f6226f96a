import { expect, it } from "vitest";
import { runProgram } from "./run-script.ts";

it.each(["admin", "deploy", "dev", "doctor", "explore", "mutate", "seed:users"])(
  "npm run %s starts and prints its usage",
  async (script) => {
    const { code, out, err } = await runProgram("npm", ["run", "--silent", script, "--", "--help"], {});
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(`Usage: npm run ${script} -- `);
  },
);
