import { expect, it } from "vitest";
import { codeBlocks, withOutputs } from "./blocks.ts";

const fence = "```";

it("takes a block of text after a program for its output, and comments for what they say", () => {
  const markdown = [
    `${fence}sh`,
    "echo 1",
    fence,
    "",
    "<!-- numbers differ -->",
    "",
    `${fence}text`,
    "2",
    fence,
    "Words part them.",
    "<!-- not run: takes hours -->",
    `${fence}ts`,
    "run();",
    fence,
    "<!-- goes on -->",
    `${fence}ts`,
    "stop();",
    fence,
    "More words.",
    `${fence}text`,
    "a picture",
    fence,
  ].join("\n");
  const plain = { notRun: undefined, goesOn: false, output: undefined };
  expect(codeBlocks(markdown)).toEqual([
    {
      ...plain,
      language: "sh",
      text: "echo 1",
      line: 1,
      output: { language: "text", text: "2", line: 7, numbersDiffer: true },
    },
    { ...plain, language: "ts", text: "run();", line: 12, notRun: "takes hours" },
    { ...plain, language: "ts", text: "stop();", line: 16, goesOn: true },
    { ...plain, language: "text", text: "a picture", line: 20 },
  ]);
});

it("puts outputs in the place of others", () => {
  const markdown = [`${fence}sh`, "date", fence, `${fence}text`, "now", fence, "Words."];
  const renewed = markdown.toSpliced(4, 1, "then", "again");
  expect(withOutputs(markdown.join("\n"), new Map([[4, "then\nagain"]]))).toBe(renewed.join("\n"));
});

it("takes Markdown in a longer fence for one block", () => {
  const page = [`${fence}sh`, "echo 1", fence, "", `${fence}text`, fence].join("\n");
  expect(codeBlocks(`\`${fence}md\n${page}\n\`${fence}\n`)).toEqual([
    { language: "md", text: page, line: 1, notRun: undefined, goesOn: false, output: undefined },
  ]);
});
