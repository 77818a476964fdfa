/** The model that ships, as it ships. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PerformanceGrammar, PerformanceState, scoreFromNotes } from "../../encoding/index.ts";
import { scorePiece } from "../../src/tools/evaluate/evaluate.ts";
import type { MusicModel } from "../../src/music/music-model.ts";
import { loadMusicModel } from "../../src/platform/node/load-model.ts";

const FOLDER = fileURLToPath(new URL("../../models/piano/", import.meta.url));
let piano: MusicModel;

beforeAll(async () => {
  piano = await loadMusicModel("piano", { threads: 1 });
});

afterAll(() => piano.dispose());

describe("models/piano", () => {
  it("is at most 16 MB, and its card has the checksum of the weights", () => {
    const bytes = readdirSync(FOLDER).reduce((sum, name) => sum + statSync(`${FOLDER}${name}`).size, 0);
    expect(bytes).toBeLessThanOrEqual(16_000_000);
    const sum = createHash("sha256")
      .update(readFileSync(`${FOLDER}model.safetensors`))
      .digest("hex");
    expect(readFileSync(`${FOLDER}README.md`, "utf8")).toContain(sum);
  });

  it("has the vocabulary performance-416 and a window of at least 1024 ids", () => {
    expect(piano.vocabulary.name).toBe("performance-416");
    expect(piano.decoder.config.window).toBeGreaterThanOrEqual(1024);
  });

  it("scores music as likelier than the same notes in random order", async () => {
    // A broken chord over a bass, three times: what any pianist would play on.
    const chords = [
      [48, 64, 67, 72],
      [43, 62, 65, 71],
      [48, 64, 67, 72],
    ];
    const notes = chords.flatMap((chord, bar) =>
      chord.map((pitch, i) => ({
        pitch,
        velocity: 70,
        startSeconds: bar * 2 + i * 0.5,
        endSeconds: bar * 2 + i * 0.5 + 0.5,
      })),
    );
    const shuffled = notes.map((note, i) => ({
      ...note,
      pitch: 21 + ((i * 53 + 17) % 88),
      velocity: 1 + ((i * 71) % 127),
    }));
    const music = await scorePiece(piano, scoreFromNotes(notes));
    const noise = await scorePiece(piano, scoreFromNotes(shuffled));
    expect(music.nats / music.ids).toBeLessThan(noise.nats / noise.ids - 1);
  });

  it("samples allowed ids past its window, and ends every note", async () => {
    const ids: number[] = [];
    const { score, events, notes } = await piano.generate({
      seconds: 60,
      seed: 11,
      onEvent: ({ id }) => ids.push(id),
    });
    expect(ids).toHaveLength(events);
    expect(events).toBeGreaterThan(piano.decoder.config.window);
    const state = new PerformanceState(piano.vocabulary);
    const grammar = new PerformanceGrammar(state);
    const allowed = new Uint8Array(piano.vocabulary.size);
    for (const id of [piano.vocabulary.id("START"), ...ids]) {
      if (id !== piano.vocabulary.id("START")) {
        grammar.mask(allowed);
        expect(allowed[id]).toBe(1);
      }
      state.push(id);
    }
    expect(score.notes).toHaveLength(notes);
    expect(score.warnings).toEqual([]);
    for (const note of score.notes) expect(note.endSeconds).toBeLessThanOrEqual(60);
  });
});
