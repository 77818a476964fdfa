import { expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import { Branching } from "../../../web/music/branching.ts";
import { History } from "../../../web/music/history.ts";
import { Piece } from "../../../web/music/piece.ts";
import { PieceOpener } from "../../../web/music/piece-opener.ts";
import { PrimerTrim } from "../../../web/music/primer-trim.ts";
import { fakePlayback, primerOf } from "./fakes.ts";

it("undoes and redoes changes of all parts, those added last first", () => {
  const history = new History();
  const done: string[] = [];
  const state = { one: 0, two: 0 };
  for (const part of ["one", "two"] as const) {
    history.add(() => {
      const value = state[part];
      return () => {
        state[part] = value;
        done.push(part);
      };
    });
  }
  expect([history.undo(), history.redo()]).toEqual([false, false]);
  history.record();
  state.one = 1;
  history.record();
  Object.assign(state, { one: 2, two: 2 });
  expect(history.undo()).toBe(true);
  expect(state).toEqual({ one: 1, two: 0 });
  expect(done).toEqual(["two", "one"]);
  expect(history.undo()).toBe(true);
  expect(state).toEqual({ one: 0, two: 0 });
  expect(history.redo()).toBe(true);
  expect(history.redo()).toBe(true);
  expect(state).toEqual({ one: 2, two: 2 });
  expect(history.redo()).toBe(false);
});

it("keeps a held state only once a change has come, and forgets what was undone before it", () => {
  const history = new History();
  let value = 0;
  history.add(() => {
    const kept = value;
    return () => {
      value = kept;
    };
  });
  history.hold();
  expect(history.undo(), "held, but unchanged").toBe(false);
  history.hold();
  value = 1;
  history.commit();
  value = 2;
  history.commit();
  expect([history.undo(), value]).toEqual([true, 0]);
  history.record();
  value = 5;
  expect(history.redo(), "another change was made").toBe(false);
});

it("undoes a branch, a deleted branch, a cut and an opened file", () => {
  const { playback } = fakePlayback();
  const { history, branches } = playback;
  const opener = new PieceOpener(playback);
  opener.show(new Piece(PERFORMANCE_416, primerOf(5)));
  expect(history.undo(), "there was nothing before").toBe(false);
  const first = playback.piece;

  const branching = new Branching(playback);
  branching.branchAt(9, 64);
  const branch = branches.current!;
  branching.remove(branch);
  expect(branches.list).toHaveLength(1);
  history.undo();
  expect([branches.list.length, branches.current]).toEqual([2, branch]);
  history.undo();
  expect([branches.list.length, playback.piece]).toEqual([1, first]);
  history.redo();
  expect(branches.current).toBe(branch);
  history.undo();

  const trim = new PrimerTrim(playback);
  trim.trim(3);
  trim.trim(2);
  expect(playback.piece?.primerSeconds).toBe(2);
  history.undo();
  expect(playback.piece).toBe(first);

  playback.seek(4);
  opener.show(new Piece(PERFORMANCE_416, primerOf(1)));
  expect(playback.seconds).toBe(0);
  history.undo();
  expect([playback.piece, playback.seconds]).toEqual([first, 4]);
});
