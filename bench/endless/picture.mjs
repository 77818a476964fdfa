/** Plots milliseconds per event and megabytes of memory over the events of a long piece, as an SVG file. */

const WIDTH = 720;
const PANEL = { left: 64, right: 16, height: 130 };
const TOPS = [36, 216];
const HEIGHT = 396;

/** @param parts `{ events, cpu, megabytes }`, in order. */
export function picture(parts) {
  const panels = [
    panel(parts, TOPS[0], "CPU time per event, ms (mean of 1000)", ({ cpu }) => cpu),
    panel(parts, TOPS[1], "memory of the process, MB", ({ megabytes }) => megabytes),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function panel(parts, top, title, value) {
  const most = ceiling(Math.max(...parts.map(value)));
  const end = parts.at(-1).events;
  const bottom = top + PANEL.height;
  const x = (events) => PANEL.left + (events / end) * (WIDTH - PANEL.left - PANEL.right);
  const y = (number) => bottom - (number / most) * PANEL.height;
  const points = parts.map((part) => `${x(part.events).toFixed(1)},${y(value(part)).toFixed(1)}`).join(" ");
  const rows = [0, most / 2, most].map(
    (number) =>
      `<path d="M${PANEL.left} ${y(number)}H${WIDTH - PANEL.right}" stroke="#ddd"/>` +
      `<text x="${PANEL.left - 8}" y="${y(number) + 4}" text-anchor="end">${number}</text>`,
  );
  const columns = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<text x="${x(share * end)}" y="${bottom + 18}" text-anchor="${share === 1 ? "end" : "middle"}">${(share * end).toLocaleString("en")}${share === 1 ? " events" : ""}</text>`,
  );
  return [
    `<text x="${PANEL.left}" y="${top - 10}" font-weight="bold">${title}</text>`,
    ...rows,
    ...columns,
    `<polyline points="${points}" fill="none" stroke="#2563a8" stroke-width="1.5"/>`,
  ].join("\n");
}

/** The next of 1, 2, 4, 5, 6, 8, 10, times a power of ten. */
function ceiling(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return power * [1, 2, 4, 5, 6, 8, 10].find((step) => step * power >= number);
}
