import { createWriteStream } from "node:fs";
import { text } from "node:stream/consumers";
import { BaseSequencer, createVitest, type TestModule, type TestSpecification } from "vitest/node";
import { type Assignment, type Reached, startControlServer } from "./control-server.ts";

/** A test file, and the mutant to run it with. 0: the unchanged program. */
export type Task = Assignment & { readonly file: string };

/** A line of the output. */
export type Message =
  | { readonly type: "started"; readonly mutant: number; readonly file: string }
  | {
      readonly type: "ended";
      readonly mutant: number;
      readonly file: string;
      readonly failed: boolean;
      /** Milliseconds. */
      readonly duration: number;
      /** The first failure. */
      readonly by?: string | undefined;
      /** Only of the unchanged program. */
      readonly reached?: Pick<Reached, "byTest" | "outside"> | undefined;
    };

// A process of its own, since a mutant may never end: `main.ts` then ends the process. It reads what to run as JSON on the standard input
// and writes a message per line on file descriptor 3. No task means all test files on the unchanged program.

const { tasks, workers } = JSON.parse(await text(process.stdin)) as { tasks: Task[]; workers: number };
const output = createWriteStream("", { fd: 3 });
const tell = (message: Message) => output.write(`${JSON.stringify(message)}\n`);

/** The order of the tasks: first the first file of each mutant, which kills most of them. */
class TaskOrder extends BaseSequencer {
  override async sort(specifications: TestSpecification[]) {
    return tasks.length === 0 ? super.sort(specifications) : specifications;
  }
}

const control = await startControlServer();
const reporter = {
  onTestModuleStart({ moduleId }: TestModule) {
    tell({ type: "started", mutant: control.active.get(moduleId)?.mutant ?? 0, file: moduleId });
  },
  onTestModuleEnd(module: TestModule) {
    const { moduleId } = module;
    const failure = [...module.children.allTests("failed")][0]?.fullName ?? module.errors()[0]?.message;
    const mutant = control.active.get(moduleId)?.mutant ?? 0;
    const failed = module.state() === "failed";
    if (failed) control.killed.add(mutant);
    tell({
      type: "ended",
      mutant,
      file: moduleId,
      failed,
      duration: module.diagnostic().duration,
      by: failure,
      reached: control.reports.find(({ file }) => file === moduleId),
    });
  },
};
const vitest = await createVitest(
  "test",
  {
    config: "scripts/mutate/vitest.config.ts",
    root: process.cwd(),
    watch: false,
    run: true,
    reporters: [reporter],
    // With mutants one: the results of a file are told apart by their order.
    maxWorkers: workers,
    fileParallelism: workers > 1,
    sequence: { sequencer: TaskOrder },
  },
  // Vite would bundle the configuration, and so lose what its modules find beside them.
  { configLoader: "native" } as object,
);
vitest.provide("mutantControlUrl", control.url);
const all = await vitest.globTestSpecifications();
const specifications =
  tasks.length === 0
    ? all
    : tasks.flatMap(({ mutant, tests, file }) => {
        control.queue.set(file, [...(control.queue.get(file) ?? []), { mutant, tests }]);
        const found = all.find(({ moduleId }) => moduleId === file);
        return found ? [found.project.createSpecification(file)] : [];
      });
await vitest.runTestSpecifications(specifications);
await vitest.close();
control.close();
output.end(() => process.exit(0));
