import { styleText } from "node:util";
import type { Command } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import { type Check, type CheckState, examine } from "../tools/doctor/index.ts";
import { Console } from "./console.ts";
import { commandIo } from "./io.ts";

interface DoctorCommandOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .summary("check this installation")
    .description(
      "Checks Node, the inference engine, the models with their SHA-256 checksums, the caches and the environment. Reports " +
        "each fault with a remedy. The exit code is 0 if there is no fault, else 1.",
    )
    .option("--quiet", "print only faults and notes")
    .option("--json", "print the results as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato doctor\n" +
        "  OSTINATO_BACKEND=wasm ostinato doctor\n" +
        "  ostinato doctor --json | jq '.checks[] | select(.state != \"good\")'",
    )
    .action(runDoctor);
}

const MARKS = { good: "✓", note: "!", fault: "✗" } as const;
const COLORS = { good: "green", note: "yellow", fault: "red" } as const;

async function runDoctor(options: DoctorCommandOptions): Promise<void> {
  const console = new Console({ quiet: options.quiet ?? false });
  const report = await examine((what) => console.progress(() => `checking ${what}`));
  if (!report.ok) commandIo().exitCode = 1;
  if (options.json) {
    console.result({ ...report, backend: report.backend ?? null });
    return;
  }
  const shown = options.quiet ? report.checks.filter(({ state }) => state !== "good") : report.checks;
  const width = shown.reduce((widest, { name }) => Math.max(widest, name.length), 0);
  let area = "";
  for (const check of shown) {
    if (check.area !== area) console.line(`${area === "" ? "" : "\n"}${check.area}`);
    ({ area } = check);
    showCheck(check, width, console);
  }
  const count = (state: CheckState): number => report.checks.filter((check) => check.state === state).length;
  const [faults, notes] = [count("fault"), count("note")];
  const sum = [
    ...(faults > 0 ? [`${pluralize(faults, "fault")}`] : ["no faults"]),
    ...(notes > 0 ? [pluralize(notes, "note")] : []),
  ];
  console.say("");
  console.say(sum.join(", "));
}

function showCheck({ name, state, found, hint }: Check, width: number, console: Console): void {
  const mark = styleText(COLORS[state], MARKS[state], { stream: commandIo().stdout });
  console.line(` ${name.padEnd(width)}  ${found}`, `  ${mark}`);
  if (hint !== undefined) console.line(`    ${"".padEnd(width)}  → ${hint}`);
}
