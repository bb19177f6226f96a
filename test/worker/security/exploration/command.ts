import type fc from "fast-check";
import { checkInvariants } from "./invariants.ts";
import { type Model, SECOND } from "./model.ts";
import type { World } from "./world.ts";

/** Steps of a sequence. More are generated, since what is not possible is left out. */
const MAX_STEPS = 12;

/** One operation of an actor. */
export type Operation = {
  readonly name: string;
  /** Whether the model has what the operation needs. Without it the operation is left out of the sequence. */
  isPossible?(model: Model): boolean;
  /** Sends the requests, compares their outcome with the model and records what follows. Returns it for the journal. */
  run(model: Model, world: World): Promise<string>;
};

/** An operation as a step of a sequence: the invariants are checked after it. */
export class Command implements fc.AsyncCommand<Model, World> {
  private readonly operation: Operation;

  constructor(operation: Operation) {
    this.operation = operation;
  }

  check(model: Readonly<Model>): boolean {
    return model.steps < MAX_STEPS && (this.operation.isPossible?.(model) ?? true);
  }

  async run(model: Model, world: World): Promise<void> {
    // No two steps happen at the same instant.
    world.advance(SECOND);
    model.steps += 1;
    const at = world.journal.push(`${this.operation.name}: no outcome`) - 1;
    try {
      const outcome = await this.operation.run(model, world);
      world.journal[at] = `${this.operation.name}: ${outcome}`;
      await checkInvariants(model, world, { step: at });
    } catch (error) {
      throw withJournal(error, world);
    }
  }

  toString(): string {
    return this.operation.name;
  }
}

/** The failure, after the steps that led to it. */
export function withJournal(error: unknown, world: World): Error {
  const steps = world.journal.map((line, at) => `  ${at + 1}. ${line}`).join("\n");
  const failure = error instanceof Error ? error : new Error(String(error));
  return new Error(`${failure.message}\nafter the steps\n${steps}\n`, { cause: failure });
}
