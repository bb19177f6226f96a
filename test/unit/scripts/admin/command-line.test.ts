import { CommanderError } from "commander";
import { describe, expect, it, vi } from "vitest";
import { readCommandLine } from "../../../../scripts/admin/command-line.ts";

const refusal = (...argv: string[]): string => {
  try {
    readCommandLine(argv);
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  throw new Error(`not refused: ${argv.join(" ")}`);
};

/** What commander prints, and the exit code that it asks for. */
function helpOn(...argv: string[]) {
  let printed = "";
  const print = (text: unknown) => {
    printed += text;
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation(print),
  );
  try {
    readCommandLine(argv);
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode, printed };
    throw error;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  throw new Error(`no help: ${argv.join(" ")}`);
}

const COMMANDS = [
  ...["create-superuser", "list", "show", "unlock", "deactivate", "activate"],
  ...["set-role", "remove-factors", "secrets", "rebuild-search", "clients"],
];

describe("readCommandLine", () => {
  it("reads a command, its arguments and options, and which database it means", () => {
    const database = ["--config", "there/wrangler.toml", "--persist-to", "scratch", "-e", "staging"];
    expect(readCommandLine(["list", "--search", "ada", "--json", ...database])).toEqual({
      command: "list",
      args: [],
      options: {
        ...{ name: undefined, url: undefined, search: "ada", role: undefined, status: undefined },
        ...{ limit: 50, json: true },
      },
      clientOptions: {},
      database: {
        isRemote: false,
        config: "there/wrangler.toml",
        persistTo: "scratch",
        env: "staging",
        envFiles: [],
      },
    });
    expect(readCommandLine(["set-role", "ada@example.test", "admin", "--remote"])).toMatchObject({
      args: ["ada@example.test", "admin"],
      database: { isRemote: true },
    });
    expect(readCommandLine(["list", "--env-file", "a.env", "--env-file", "b.env"])).toMatchObject({
      database: { envFiles: ["a.env", "b.env"] },
    });
  });

  it.each([[[]], [["help"]], [["--help"]], [["-h"]]])("prints the list of commands for %j", (argv) => {
    const { exitCode, printed } = helpOn(...argv);
    expect(exitCode).toBe(0);
    for (const name of COMMANDS) expect(printed).toContain(`\n  ${name}`);
  });

  it.each([[["help", "list"]], [["list", "-h"]]])("prints the help of one command for %j", (argv) => {
    const { exitCode, printed } = helpOn(...argv);
    expect(exitCode).toBe(0);
    expect(printed).toContain("npm run admin -- list [options]");
    expect(printed).toContain("--search <text>");
  });

  it("refuses an unknown command and suggests a similar one", () => {
    expect(refusal("unlok")).toContain("unknown command 'unlok'\n(Did you mean unlock?)");
    expect(refusal("create-superusr")).toContain("Did you mean create-superuser?");
    expect(refusal("xyzzy")).not.toContain("Did you mean");
    const { exitCode, printed } = helpOn("help", "lst");
    expect([exitCode, printed]).toEqual([1, expect.stringContaining("\n  list")]);
  });

  it("refuses an unknown option and an option of another command, and names the help", () => {
    expect(refusal("list", "--serch=ada")).toContain("unknown option '--serch=ada'");
    expect(refusal("show", "ada@example.test", "--role", "admin")).toContain("unknown option '--role'");
    expect(refusal("list", "--serch")).toContain("(Did you mean --search?)");
    expect(refusal("list", "--serch")).toContain("npm run admin -- --help");
  });

  it("refuses an option without its value, and a value for a flag", () => {
    expect(refusal("list", "--search")).toMatch(/--search/);
    expect(refusal("list", "--json=yes")).toMatch(/--json/);
  });

  it("refuses too few and too many arguments", () => {
    expect(refusal("unlock")).toContain("missing required argument 'email|id'");
    expect(refusal("set-role", "ada@example.test")).toContain("missing required argument 'role'");
    expect(refusal("list", "ada")).toContain("Expected 0 arguments but got 1: ada.");
  });

  it("refuses a secret as an argument, since there is no option for one", () => {
    expect(refusal("unlock", "ada@example.test", "--auth-secret", "x")).toContain(
      "unknown option '--auth-secret'",
    );
  });

  it("refuses options of the local database together with --remote, and an option before the command", () => {
    expect(refusal("list", "--remote", "--persist-to", "x")).toMatch(
      /'--remote' cannot be used with option '--persist-to <dir>'/,
    );
    expect(refusal("--remote", "list")).toContain("unknown option '--remote'");
  });

  it("escapes typed control characters in its messages", () => {
    expect(refusal("list", "--\u001b[2J")).not.toContain("\u001b");
    expect(refusal("\u001b[2J")).not.toContain("\u001b");
  });
});
