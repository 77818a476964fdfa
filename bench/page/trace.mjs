/** Converts Chromium's trace events (the format of `chrome://tracing`) to tasks and frames of the page's main thread. */

/**
 * @returns `tasks` of the main thread and `frames`, the scripts of animation frames: wall-clock and CPU time of each, in
 * milliseconds; for a task also the function with the largest share.
 */
export function tasksOf(events) {
  const { pid, tid } = mainThread(events);
  const own = events.filter((event) => event.pid === pid && event.tid === tid && event.ph === "X");
  const spans = (wanted) =>
    own
      .filter(({ name }) => wanted.test(name))
      .map(({ ts, dur = 0, tdur = 0 }) => ({
        from: ts,
        to: ts + dur,
        milliseconds: dur / 1000,
        processor: tdur / 1000,
      }));
  const tasks = spans(/RunTask$/);
  const inside = own.filter(({ name }) => !name.endsWith("RunTask"));
  for (const task of tasks) {
    if (task.milliseconds < 8) continue;
    const within = inside
      .filter(({ ts, dur = 0 }) => ts >= task.from && ts + dur <= task.to)
      .sort((a, b) => (b.dur ?? 0) - (a.dur ?? 0));
    task.what = within
      .slice(0, 4)
      .map(({ name, dur = 0, tdur = 0, args }) => {
        const { functionName = "", url = "" } = args?.data ?? {};
        return `${name} ${functionName}${url ? `@${url.split("/").at(-1)}` : ""} ${(dur / 1000).toFixed(0)} (${(tdur / 1000).toFixed(0)})`;
      })
      .join(" > ");
  }
  return { tasks, frames: spans(/^FireAnimationFrame$/) };
}

/** The thread of the page that fires animation frames. */
function mainThread(events) {
  const named = new Map();
  for (const { name, pid, tid } of events) {
    if (name === "FireAnimationFrame") named.set(`${pid} ${tid}`, (named.get(`${pid} ${tid}`) ?? 0) + 1);
  }
  const [[most] = []] = [...named].sort(([, a], [, b]) => b - a);
  if (most === undefined) throw new Error("the trace has no animation frame: was the page visible?");
  const [pid, tid] = most.split(" ").map(Number);
  return { pid, tid };
}

/** Quantile of a list. */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
