/**
 * Loaded before the command by `spawnCli` with `onHeld`: the process stands still, in the middle of its work, at the first
 * word it says once it listens for signals. It tells so on file descriptor 3, and goes on when it is answered there.
 */
import { readSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const CHANNEL = 3;

if (isMainThread) {
  // Progress depends on the clock; this one advances by a minute at each call.
  const now = Date.now;
  let minutes = 0;
  Date.now = () => now() + 60_000 * (minutes += 1);

  let wasHeld = false;
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (...parameters) => {
      const hasRoom = write(...parameters);
      if (!wasHeld && process.listenerCount("SIGINT") > 0) {
        wasHeld = true;
        writeSync(CHANNEL, ".");
        readSync(CHANNEL, Buffer.alloc(1));
      }
      return hasRoom;
    };
  }
}
