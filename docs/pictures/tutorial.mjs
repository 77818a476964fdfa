/** Draws the figures of docs/tutorial.md from what the model that ships computes; part of `npm run docs`. */
import { encodeScore, eventText, PERFORMANCE_416, pitchName, scoreFromNotes } from "ostinato";
import { likeliest, Sampler } from "ostinato/engine";
import { loadMusicModel } from "ostinato/node";
import { ACCENT, box, FAINT, INK, NOTE, save, svg, text } from "./svg.mjs";

/** The phrase, the layer and the head of the tutorial. */
const FIGURE = [57, 64, 69, 72, 69, 64];
const PHRASE = [...FIGURE, ...FIGURE, 57, 64, 69];
const NOTE_SECONDS = 0.2;
const LAYER = 4;
const HEAD = 2;

const notes = PHRASE.map((pitch, i) => {
  return { pitch, velocity: 64, startSeconds: i * NOTE_SECONDS, endSeconds: (i + 1) * NOTE_SECONDS };
});
const { ids } = encodeScore(scoreFromNotes(notes), PERFORMANCE_416);
const inWords = (id) => eventText(PERFORMANCE_416.event(id), PERFORMANCE_416);

const piano = await loadMusicModel("piano");
const start = PERFORMANCE_416.id("START");
const cache = piano.decoder.createCache();
const { logits, attention } = await piano.decoder.forwardWithAttention([start, ...ids], cache, {
  layers: [LAYER],
  heads: [HEAD],
});
const { layers } = await piano.explain([...ids], ids.length, { layers: true });
await piano.dispose();

save("roll", roll());
save("one-hot", oneHotPicture());
save("attention", attentionPicture());
save("candidates", candidatesPicture());
save("layers", layersPicture());

/** Keys of the phrase from below, seconds from the left. */
function roll(extra = "", above = 0) {
  const { x, y, width, height } = geometry(above);
  const lines = [...new Set(PHRASE)].map(
    (pitch) =>
      text(30, y(pitch) + 12, pitchName(pitch), `text-anchor="end"`) +
      `<line x1="36" x2="${width - 8}" y1="${y(pitch) + 16}" y2="${y(pitch) + 16}" stroke="${FAINT}"/>`,
  );
  const bars = PHRASE.map((pitch, i) => box(x(i) + 1, y(pitch), 30, 14, NOTE));
  return svg(width, height, [...lines, ...bars, extra]);
}

function attentionPicture() {
  const above = 90;
  const { x, y } = geometry(above);
  const { weights, from } = attention[0];
  const here = x(PHRASE.length) + 16;
  let note = -1;
  const arcs = [];
  for (const [index, id] of ids.entries()) {
    if (PERFORMANCE_416.event(id).kind !== "NOTE_ON") continue;
    note += 1;
    const weight = weights[index + 1 - from]; // START has the place before
    if (weight < 0.01) continue;
    const at = x(note) + 16;
    const top = y(PHRASE[note]);
    const reach = 40 + (here - at) / 6;
    arcs.push(
      `<path d="M${here} ${y(72)}C${here} ${above - reach} ${at} ${above - reach} ${at} ${top}" fill="none" ` +
        `stroke="${ACCENT}" stroke-opacity="0.8" stroke-width="${(12 * weight).toFixed(1)}"/>`,
      text(at, top + 11, weight.toFixed(2), `text-anchor="middle" fill="#fff"`),
    );
  }
  const next = text(here, y(72) + 12, "?", `text-anchor="middle" font-weight="bold" fill="${ACCENT}"`);
  return roll(arcs.join("") + next, above);
}

function geometry(above) {
  const rows = [...new Set(PHRASE)].sort((a, b) => b - a);
  return {
    x: (note) => 40 + note * 32,
    y: (pitch) => 10 + above + rows.indexOf(pitch) * 20,
    width: 40 + (PHRASE.length + 1) * 32 + 10,
    height: 20 + above + rows.length * 20,
  };
}

function oneHotPicture() {
  const rows = [...new Set(ids)].sort((a, b) => a - b);
  const cell = 9;
  const left = 210;
  const parts = rows.flatMap((id, row) => {
    const top = 10 + row * 16;
    return [
      text(left - 8, top + 10, `${id}  ${inWords(id)}`, `text-anchor="end"`),
      `<line x1="${left}" x2="${left + ids.length * cell}" y1="${top + 14}" y2="${top + 14}" stroke="${FAINT}"/>`,
      ...Array.from(ids, (other, step) =>
        other === id ? box(left + step * cell, top + 1, cell - 1, 12, INK) : "",
      ),
    ];
  });
  return svg(left + ids.length * cell + 10, 20 + rows.length * 16, parts);
}

function candidatesPicture() {
  const candidates = likeliest(new Sampler().probabilities(logits), 8);
  const parts = candidates.flatMap(({ id, probability }, row) => {
    const top = 10 + row * 20;
    const width = Math.max(1, probability * 320);
    return [
      text(150, top + 12, inWords(id), `text-anchor="end"`),
      box(158, top, width.toFixed(1), 15, row === 0 ? ACCENT : NOTE),
      text(158 + width + 6, top + 12, probability.toFixed(3)),
    ];
  });
  return svg(540, 20 + candidates.length * 20, parts);
}

/** The stack, the first layer at the bottom: the prediction after each, and what attention and the network added. */
function layersPicture() {
  const rung = 46;
  const height = 36 + layers.length * rung;
  const place = (row) => height - 8 - (row + 1) * rung;
  const share = (move) => move.relative / (1 + move.relative);
  const heading = [
    text(72, 18, "what it added", `font-weight="bold"`),
    text(246, 18, "the prediction after each layer", `font-weight="bold"`),
  ];
  const parts = layers.flatMap(({ layer, candidates, ...added }, row) => {
    const top = place(row);
    const name = text(8, top + 24, layer === null ? "embedding" : `layer ${layer + 1}`);
    const arrow =
      row === 0
        ? ""
        : `<path d="M236 ${top + rung + 2}V${top + 40}M232 ${top + 45}L236 ${top + 40}L240 ${top + 45}" stroke="${INK}" fill="none"/>`;
    const moves = [added.attention, added.feedForward].flatMap((move, i) =>
      move === undefined
        ? []
        : [
            box(72, top + 5 + 15 * i, (70 * share(move)).toFixed(1), 11, i === 0 ? ACCENT : NOTE),
            text(
              78 + 70 * share(move),
              top + 14 + 15 * i,
              `${["attention", "network"][i]} × ${move.relative.toFixed(2)}`,
            ),
          ],
    );
    const said = candidates.flatMap(({ id, probability }, i) => {
      const width = Math.max(1, probability * 150);
      return [
        box(246, top + 2 + 12 * i, width.toFixed(1), 9, i === 0 ? ACCENT : NOTE),
        text(252 + width, top + 10 + 12 * i, `${inWords(id)}  ${probability.toFixed(2)}`),
      ];
    });
    return [
      `<line x1="8" x2="548" y1="${top + 42}" y2="${top + 42}" stroke="${FAINT}"/>`,
      name,
      ...moves,
      arrow,
      ...said,
    ];
  });
  return svg(556, height, [...heading, ...parts]);
}
