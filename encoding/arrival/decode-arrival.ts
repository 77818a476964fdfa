import { ArrivalError } from "./arrival-error.ts";
import { type ArrivalEvent, SEPARATOR } from "./events.ts";
import { ARRIVAL_55028, type ArrivalVocabulary } from "./vocabulary.ts";

/**
 * Decodes the ids of a window. The duration id of a rest is ignored.
 *
 * @param ids triples, with or without the first id of a window.
 * @param startStep step that was subtracted from the onsets before the first separator.
 * @throws ArrivalError for an id outside the vocabulary or in the wrong position of its triple, or an incomplete triple.
 */
export function decodeArrival(
  ids: ArrayLike<number>,
  startStep = 0,
  vocabulary: ArrivalVocabulary = ARRIVAL_55028,
): ArrivalEvent[] {
  const isFlag = ids[0] === vocabulary.autoregress || ids[0] === vocabulary.anticipate;
  const first = isFlag ? 1 : 0;
  const over = (ids.length - first) % 3;
  if (over !== 0) {
    throw new ArrivalError(`the ids end within a triple, after ${over} of its 3 ids`, {
      code: "bad-triple",
      hint: "give whole triples of onset, duration and note",
    });
  }
  const events: ArrivalEvent[] = [];
  let base = startStep;
  for (let at = first; at < ids.length; at += 3) {
    const event = eventAt(ids, at, base, vocabulary);
    if (event.kind === "separator") base = 0;
    events.push(event);
  }
  return events;
}

function eventAt(
  ids: ArrayLike<number>,
  at: number,
  base: number,
  vocabulary: ArrivalVocabulary,
): ArrivalEvent {
  const meaning = (slot: number) => vocabulary.meaning(ids[at + slot] ?? -1);
  const [onset, duration, note] = [meaning(0), meaning(1), meaning(2)];
  const kinds = `${onset?.kind} ${duration?.kind} ${note?.kind}`;
  switch (kinds) {
    case "SEPARATOR SEPARATOR SEPARATOR":
      return SEPARATOR;
    case "ONSET DURATION REST":
      return { kind: "rest", onsetStep: base + onset!.value };
    case "ONSET DURATION NOTE":
    case "CONTROL_ONSET CONTROL_DURATION CONTROL_NOTE":
      return {
        kind: "note",
        onsetStep: base + onset!.value,
        durationSteps: duration!.value,
        ...vocabulary.note(note!.value),
        isControl: onset!.kind === "CONTROL_ONSET",
      };
  }
  throw new ArrivalError(
    `ids ${ids[at]}, ${ids[at + 1]} and ${ids[at + 2]} at position ${at} are not a triple: ${kinds}`,
    { code: "bad-triple", hint: "give triples of onset, duration and note, all of controls or none" },
  );
}
