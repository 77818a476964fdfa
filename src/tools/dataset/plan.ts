/** The plan of a dataset with tasks: the number of examples of each kind, and their pieces. */
import type { StyleName, Task } from "../../../encoding/index.ts";
import { ExampleRandom } from "../example-random.ts";
import type { ExampleRequest } from "./encode-piece.ts";
import type { ExampleKind } from "./example-kind.ts";

/** Kinds of examples with a share of the ids; the rest of the ids are the pieces themselves. */
export const SHARED_KINDS = [
  "style",
  "style-closing",
  "accompany-melody",
  "accompany-skyline",
  "infill",
  "closing",
] as const;
export type SharedKind = (typeof SHARED_KINDS)[number];
export type Shares = Readonly<Record<SharedKind, number>>;

export const DEFAULT_SHARES: Shares = {
  style: 0.12,
  "style-closing": 0.06,
  "accompany-melody": 0.13,
  "accompany-skyline": 0.07,
  infill: 0.13,
  closing: 0.05,
};

const TASK_OF: Readonly<Record<SharedKind, Task>> = {
  style: "style",
  "style-closing": "style",
  "accompany-melody": "accompany",
  "accompany-skyline": "accompany",
  infill: "infill",
  closing: "ending",
};

/** First word of a kind's random keys; unique for each kind. */
const KIND_KEYS: Readonly<Record<SharedKind | "ending", number>> = {
  ending: 0,
  style: 1,
  "accompany-melody": 2,
  "accompany-skyline": 3,
  infill: 4,
  closing: 5,
  "style-closing": 6,
};
const ORDER_KEY = 16;
/** Share of the pieces with ENDING. */
const ENDING_SHARE = 0.5;
/** A round requests one infill for this number of ids of a piece, since an infill is a small part of its piece. */
const IDS_PER_INFILL = 4096;

export interface TaskPlan {
  readonly tasks: readonly Task[];
  /** Shares of all ids; those of tasks outside `tasks` are ignored. */
  readonly shares: Shares;
  readonly seed: number;
  /** Style of the files whose path has this prefix. */
  readonly styles: readonly { readonly style: StyleName; readonly prefix: string }[];
}

/** A piece of the dataset, from which examples are made. */
export interface PlannedPiece {
  readonly path: string;
  readonly ids: number;
  readonly hasMelodyTrack: boolean;
}

export interface PlannedExample {
  readonly path: string;
  /** Number of earlier rounds over all pieces. */
  readonly round: number;
  readonly request: ExampleRequest;
}

/** The request for a piece itself: with ENDING, or plain. */
export function pieceRequest({ tasks, seed }: TaskPlan, index: number): ExampleRequest {
  const randomKey = [seed, KIND_KEYS.ending, index] as const;
  const hasEnding = tasks.includes("ending") && new ExampleRandom(...randomKey).next() < ENDING_SHARE;
  return { kind: hasEnding ? "ending" : "plain", randomKey };
}

/** The share of all ids that examples of tasks have in total. */
export function sumOfShares({ tasks, shares }: Pick<TaskPlan, "tasks" | "shares">): number {
  return SHARED_KINDS.reduce((sum, kind) => sum + (tasks.includes(TASK_OF[kind]) ? shares[kind] : 0), 0);
}

/** Number of ids of a kind for `pieceIds` ids of the pieces themselves. */
export function wantedIds(kind: SharedKind, plan: TaskPlan, pieceIds: number): number {
  if (!plan.tasks.includes(TASK_OF[kind])) return 0;
  return (plan.shares[kind] / (1 - sumOfShares(plan))) * pieceIds;
}

/** Endless requests of one kind, in rounds: each round has all suitable pieces, shuffled. */
export function* exampleRequests(
  kind: SharedKind,
  plan: TaskPlan,
  pieces: readonly PlannedPiece[],
): Generator<PlannedExample, void> {
  const paths = pieces
    .filter(({ hasMelodyTrack }) => isSuitable(kind, hasMelodyTrack))
    .flatMap(({ path, ids }) => {
      const requests = kind === "infill" ? Math.ceil(ids / IDS_PER_INFILL) : 1;
      return Array.from({ length: requests }, () => path);
    });
  if (paths.length === 0) return;
  for (let round = 0, serial = 0; ; round += 1) {
    for (const path of shuffled(paths, new ExampleRandom(plan.seed, ORDER_KEY + KIND_KEYS[kind], round))) {
      const request: ExampleRequest = {
        kind,
        style: styleOf(path, plan),
        randomKey: [plan.seed, KIND_KEYS[kind], serial],
      };
      yield { path, round, request };
      serial += 1;
    }
  }
}

function isSuitable(kind: ExampleKind, hasMelodyTrack: boolean): boolean {
  if (kind === "accompany-melody") return hasMelodyTrack;
  return kind === "accompany-skyline" ? !hasMelodyTrack : true;
}

function styleOf(path: string, { styles }: TaskPlan): StyleName | undefined {
  return styles.find(({ prefix }) => path.startsWith(prefix))?.style;
}

/** Fisher–Yates shuffle. */
function shuffled<Item>(items: readonly Item[], random: ExampleRandom): Item[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random.next() * (last + 1));
    const item = order[last];
    const swapped = order[other];
    if (item === undefined || swapped === undefined) continue;
    order[last] = swapped;
    order[other] = item;
  }
  return order;
}
