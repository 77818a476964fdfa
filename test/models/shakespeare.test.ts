/** The text model that ships, as it ships. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TextTokenizer } from "../../encoding/text/text.ts";
import { readCheckpoint } from "../../models/index.ts";
import { Decoder } from "../../src/engine/decoder.ts";
import { score } from "../../src/engine/score.ts";
import { checkpointFolder } from "../../src/platform/node/checkpoint-folder.ts";
import { createNodeRuntime } from "../../src/platform/node/runtime.ts";

const FOLDER = fileURLToPath(new URL("../../models/shakespeare/", import.meta.url));
let decoder: Decoder;
let tokenizer: TextTokenizer;

beforeAll(async () => {
  const checkpoint = await readCheckpoint(await checkpointFolder(FOLDER));
  decoder = await Decoder.load({ ...checkpoint, runtime: await createNodeRuntime({ threads: 1 }) });
  tokenizer = new TextTokenizer(JSON.parse(readFileSync(`${FOLDER}tokenizer.json`, "utf8")));
});

afterAll(() => decoder.dispose());

/** Nats a character, `<|endoftext|>` given. */
async function nllPerCharacter(text: string): Promise<number> {
  const ids = tokenizer.encode(text);
  const logProbabilities = await score(decoder, [tokenizer.endOfTextId ?? NaN, ...ids]);
  return -logProbabilities.reduce((sum, value) => sum + value, 0) / text.length;
}

describe("models/shakespeare", () => {
  it("is at most 8 MB, and its card has the checksum of the weights", () => {
    const bytes = readdirSync(FOLDER).reduce((sum, name) => sum + statSync(`${FOLDER}${name}`).size, 0);
    expect(bytes).toBeLessThanOrEqual(8_000_000);
    const sum = createHash("sha256")
      .update(readFileSync(`${FOLDER}model.safetensors`))
      .digest("hex");
    expect(readFileSync(`${FOLDER}README.md`, "utf8")).toContain(sum);
  });

  it("is a GPT-2 with as many ids as its tokenizer, the last one <|endoftext|>", () => {
    expect(decoder.config.position.kind).toBe("learned");
    expect(tokenizer.size).toBe(decoder.config.vocabularySize);
    expect(tokenizer.endOfTextId).toBe(tokenizer.size - 1);
    expect(tokenizer.decode(tokenizer.encode("Où est-il? 🐈\n\n"))).toBe("Où est-il? 🐈\n\n");
  });

  it("scores a play as likelier than the same text in other letter case, or reversed", async () => {
    // Written for this test, so that it cannot have been memorized.
    const play =
      "DUKE OF YORK:\nMy gracious lord, I come to speak with thee\nOf that which thou hast sworn before the king.\n";
    const [inverted, backwards] = [play.toUpperCase(), [...play].toReversed().join("")];
    const likely = await nllPerCharacter(play);
    expect(likely).toBeLessThan(2);
    expect(likely).toBeLessThan((await nllPerCharacter(inverted)) - 0.5);
    expect(likely).toBeLessThan((await nllPerCharacter(backwards)) - 2);
  });
});
