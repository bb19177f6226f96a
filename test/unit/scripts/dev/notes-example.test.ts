import { expect, it } from "vitest";
import { chooseExampleAddress } from "../../../../scripts/dev/notes-example.ts";
import { findFreePort } from "../../../../scripts/shared/free-port.ts";
import { readDevOptions } from "../../../../scripts/shared/wrangler-options.ts";

const portOf = async (port: number, ...args: string[]) =>
  Number(new URL((await chooseExampleAddress(readDevOptions(args), port))?.origin ?? "").port);

it("takes the next port for the example, unless an option for wrangler names it", async () => {
  const next = await findFreePort();
  expect(await portOf(next - 1)).toBe(next);
  expect(await portOf(next - 1, "--inspector-port", String(next))).not.toBe(next);
  expect(await portOf(next - 1, `--inspector-port=${next}`)).not.toBe(next);
});
