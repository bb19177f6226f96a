import { spawnSync } from "node:child_process";

// `npm run check`: all checks of CI, fastest first. Stops at the first failure.

const steps = [
  ["format and lint", "lint"],
  ["vocabulary", "vocabulary"],
  ["types", "types"],
  ["dead code", "dead"],
  ["migrations", "db:check"],
  ["API description", "openapi:check"],
  ["examples", "examples"],
  ["bundle size", "size"],
  ["tests", "test"],
  ["exploration", "explore -- --sequences 200 --seconds 60"],
  ["walks", "walk"],
] as const;

/** The fuzzing test sends all of its requests here, and a tenth of them in `npm test`. */
const env = { ...process.env, FUZZ_REQUESTS: "10000" };

const started = Date.now();
const times: string[] = [];
for (const [name, script] of steps) {
  console.log(`\n── ${name}: npm run ${script}\n`);
  const begun = Date.now();
  // A shell, since npm's executable has another name on Windows.
  const { status } = spawnSync(`npm run --silent ${script}`, { stdio: "inherit", shell: true, env });
  times.push(`${secondsSince(begun)}  ${name}`);
  if (status !== 0) {
    console.error(`\n${times.join("\n")}\n\ncheck failed at: ${name} (npm run ${script})`);
    process.exit(status ?? 1);
  }
}
console.log(`\n${times.join("\n")}\n${secondsSince(started)}  total\n\ncheck passed`);

function secondsSince(begun: number): string {
  return `${((Date.now() - begun) / 1000).toFixed(1).padStart(7)} s`;
}
