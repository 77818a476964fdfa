import { expect, it } from "vitest";
import { Signal } from "../../web/signal.ts";

it("calls all listeners in order, with the value", () => {
  const signal = new Signal<number>();
  const heard: string[] = [];
  signal.emit(1);
  signal.listen((value) => heard.push(`a ${value}`));
  signal.listen((value) => heard.push(`b ${value}`));
  signal.emit(2);
  expect(heard).toEqual(["a 2", "b 2"]);
});
