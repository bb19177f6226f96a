import { describe, expect, it } from "vitest";
import { readCommandLine } from "../../../scripts/admin/command-line.ts";
import { commands, help } from "../../../scripts/admin/commands.ts";

const refusal = (...argv: string[]): string => {
  try {
    readCommandLine(argv);
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  throw new Error(`not refused: ${argv.join(" ")}`);
};

describe("succeeds", () => {
  it("takes a command, its arguments and options, and where the database is", () => {
    const where = ["--config", "there/wrangler.toml", "--persist-to", "scratch", "-e", "staging"];
    expect(readCommandLine(["list", "--search", "ada", "--json", ...where])).toEqual({
      command: "list",
      args: [],
      options: { search: "ada", role: undefined, status: undefined, limit: undefined, json: true },
      where: {
        isRemote: false,
        config: "there/wrangler.toml",
        persistTo: "scratch",
        env: "staging",
        envFiles: [],
      },
    });
    expect(readCommandLine(["set-role", "ada@example.test", "admin", "--remote"])).toMatchObject({
      args: ["ada@example.test", "admin"],
      where: { isRemote: true },
    });
  });

  it("gives help on everything, and on one command", () => {
    expect(readCommandLine([])).toEqual({ helpOn: null });
    expect(readCommandLine(["help"])).toEqual({ helpOn: null });
    expect(readCommandLine(["--help"])).toEqual({ helpOn: null });
    expect(readCommandLine(["help", "list"])).toEqual({ helpOn: "list" });
    expect(readCommandLine(["unlock", "-h"])).toEqual({ helpOn: "unlock" });
    for (const name of Object.keys(commands)) expect(help()).toContain(`\n  ${name}`);
  });
});

describe("refuses", () => {
  it("an unknown command, with the nearest one", () => {
    expect(refusal("unlok")).toContain('no command "unlok". Did you mean "unlock"?');
    expect(refusal("create")).toContain('Did you mean "create-superuser"?');
    expect(refusal("help", "lst")).toContain('Did you mean "list"?');
    expect(refusal("xyzzy")).not.toContain("Did you mean");
  });

  it("an unknown option, and an option of another command, with how the command is used", () => {
    expect(refusal("list", "--serch=ada")).toContain("no option --serch; did you mean --search?");
    expect(refusal("show", "ada@example.test", "--role", "admin")).toContain("no option --role");
    expect(refusal("list", "--serch")).toContain("npm run admin -- list [--search TEXT]");
  });

  it("an option without its value", () => {
    expect(refusal("list", "--search")).toMatch(/--search/);
    expect(refusal("list", "--json=yes")).toMatch(/--json/);
  });

  it("too few and too many arguments", () => {
    expect(refusal("unlock")).toContain("<email|id> is missing.");
    expect(refusal("set-role", "ada@example.test")).toContain("<role> is missing.");
    expect(refusal("list", "ada")).toContain('"ada" is one argument too many.');
  });

  it("a secret as an argument, as there is no option for one", () => {
    expect(refusal("unlock", "ada@example.test", "--auth-secret", "x")).toContain("no option --auth-secret");
  });

  it("options of the local database together with --remote, and a command that does not come first", () => {
    expect(refusal("list", "--remote", "--persist-to", "x")).toContain("--persist-to says nothing");
    expect(refusal("--remote", "list")).toContain("The command comes first.");
  });

  it("to repeat control characters that were typed", () => {
    expect(refusal("list", "--\u001b[2J")).not.toContain("\u001b");
    expect(refusal("\u001b[2J")).not.toContain("\u001b");
  });
});
