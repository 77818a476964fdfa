/**
 * Reads `pytorch_model.bin` as written by `torch.save` since PyTorch 1.6: a ZIP archive with `data.pkl`, a pickle of a dict of
 * tensors, and their numbers in `data/0`, `data/1`, …. Format: pytorch/pytorch, `torch/serialization.py`. Files may be
 * damaged or hostile: every value is checked, and no code of a file is run.
 */
import type { CheckpointFile } from "./files.ts";
import {
  kindOf,
  PickledDict,
  PickledName,
  PickledObject,
  PickledTuple,
  type PickleValue,
  readPickle,
} from "./pickle.ts";
import { damagedPytorch, unsupportedPytorch } from "./pytorch-errors.ts";
import type { StoredTensor } from "./safetensors.ts";
import { quoteName, quoteShape } from "../quote.ts";
import { SpareMemory } from "./spare-memory.ts";
import { stridedFile, WINDOW_BYTES } from "./strided-file.ts";
import { isBuffer, ownName } from "./tensor-names.ts";
import { locate, readZip, type ZipEntry } from "./zip.ts";

/** A tensor in a file. */
export interface PytorchTensor extends StoredTensor {
  /** Set for a tensor that is not contiguous: a file of its numbers in row-major order, which `begin` and `end` refer to. */
  readonly file?: CheckpointFile;
  /** Whether the numbers are not contiguous in the file: then every read takes as long as reading all of them. */
  readonly isStrided?: boolean;
}

/** Storage classes of `torch`, with the safetensors dtype of their elements. */
const STORAGES: ReadonlyMap<string, { readonly dtype: string; readonly bytesEach: number }> = new Map([
  ["torch.FloatStorage", { dtype: "F32", bytesEach: 4 }],
  ["torch.HalfStorage", { dtype: "F16", bytesEach: 2 }],
  ["torch.BFloat16Storage", { dtype: "BF16", bytesEach: 2 }],
  ["torch.DoubleStorage", { dtype: "F64", bytesEach: 8 }],
  ["torch.LongStorage", { dtype: "I64", bytesEach: 8 }],
  ["torch.IntStorage", { dtype: "I32", bytesEach: 4 }],
  ["torch.ShortStorage", { dtype: "I16", bytesEach: 2 }],
  ["torch.CharStorage", { dtype: "I8", bytesEach: 1 }],
  ["torch.ByteStorage", { dtype: "U8", bytesEach: 1 }],
  ["torch.BoolStorage", { dtype: "BOOL", bytesEach: 1 }],
]);

const ORDERED_DICT = "collections.OrderedDict";
const TENSOR = "torch._utils._rebuild_tensor_v2";
const PARAMETER = "torch._utils._rebuild_parameter";

/** A storage of numbers, of which tensors are views. */
class Storage extends PickledObject {
  override readonly kind = "a storage";
  readonly key: string;
  readonly dtype: string;
  readonly bytesEach: number;
  /** Number of elements. */
  readonly size: number;

  constructor(key: string, { dtype, bytesEach }: { dtype: string; bytesEach: number }, size: number) {
    super();
    [this.key, this.dtype, this.bytesEach, this.size] = [key, dtype, bytesEach, size];
  }
}

class View extends PickledObject {
  override readonly kind = "a tensor";
  readonly storage: Storage;
  /** Index of the first element in the storage. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    super();
    [this.storage, this.offset, this.shape, this.strides] = [storage, offset, shape, strides];
  }

  get size(): number {
    return this.shape.includes(0) ? 0 : this.shape.reduce((product, length) => product * length, 1);
  }

  /** Number of storage elements from the first to the last. */
  get span(): number {
    if (this.shape.includes(0)) return 0;
    return this.shape.reduce((span, length, i) => span + (length - 1) * this.strides[i]!, 1);
  }

  equals(other: View): boolean {
    const sizes = (view: View): string =>
      String([view.storage.key, view.offset, view.shape, "", view.strides]);
    return sizes(this) === sizes(other);
  }
}

/** Enough for about ten thousand tensors. */
const MOST_PICKLE_BYTES = 2 ** 22;

/** Instructions of the pickle: six times those of the largest GPT-2, and fewer in small files, whose memory they would exceed. */
const MOST_STEPS = 2 ** 18;
const MOST_STEPS_SMALL = 2 ** 16;
const FILE_BYTES_PER_STEP = 64;

/** Axes of a tensor; the weights of GPT-2 have two, its buffers four. Longer shapes would take time for each use. */
const MOST_AXES = 64;

/**
 * Limits of all tensors in float32, relative to the file and beyond that in bytes: tensors that share a storage can be larger
 * than the file. With what reading itself needs, that is less than two times the file and 16 MiB.
 */
const MOST_TIMES_FILE = 2;
const MOST_BEYOND_FILE = 2 ** 23;

/** Reads the tensors of a file, without GPT-2's buffers. @throws CheckpointError for a damaged or unsupported file. */
export async function readPytorch(file: CheckpointFile): Promise<PytorchTensor[]> {
  const entries = await readZip(file);
  const root = rootOf(entries);
  await checkByteOrder(file, entries.get(`${root}byteorder`));
  const pickle = entries.get(`${root}data.pkl`)!;
  if (pickle.bytes > MOST_PICKLE_BYTES) {
    throw unsupportedPytorch(`data.pkl has ${pickle.bytes} bytes, more than weights need`, STATE_DICT);
  }
  const mostSteps = Math.min(MOST_STEPS, MOST_STEPS_SMALL + Math.floor(file.bytes / FILE_BYTES_PER_STEP));
  const views = viewsOf(readPickle(await contents(file, pickle), WORLD, mostSteps));
  checkTotal(views, file);
  const begins = new Map<string, number>();
  const spare = new SpareMemory(Math.min(WINDOW_BYTES, file.bytes));
  const tensors: PytorchTensor[] = [];
  for (const [name, view] of views) {
    const { key, size, bytesEach } = view.storage;
    const entry = entries.get(`${root}data/${key}`);
    if (!entry || entry.bytes < size * bytesEach) {
      const found = entry ? `has ${entry.bytes} bytes` : "is missing";
      throw damagedPytorch(`tensor ${quoteName(name)} is stored in data/${key}, which ${found}`);
    }
    const begin = begins.get(key) ?? (await locate(file, entry)).begin;
    begins.set(key, begin);
    tensors.push(tensorAt(name, view, begin, file, spare));
  }
  return tensors;
}

async function contents(file: CheckpointFile, entry: ZipEntry): Promise<Uint8Array> {
  const { begin, end } = await locate(file, entry);
  return file.read(begin, end);
}

/** The folder of all entries, which is named after the file, such as "pytorch_model/". */
function rootOf(entries: ReadonlyMap<string, ZipEntry>): string {
  const roots = [...entries.keys()].flatMap((name) => /^((?:[^/]*\/)?)data\.pkl$/.exec(name)?.[1] ?? []);
  if (roots.length === 1) return roots[0]!;
  throw damagedPytorch(`the archive has ${roots.length || "no"} data.pkl`);
}

async function checkByteOrder(file: CheckpointFile, entry: ZipEntry | undefined): Promise<void> {
  if (!entry) return; // older than PyTorch 2.1: little-endian
  const order = entry.bytes > 16 ? "?" : new TextDecoder().decode(await contents(file, entry));
  if (order === "little") return;
  throw unsupportedPytorch(
    `the byte order is ${quoteName(order)}`,
    "only little-endian files can be read; save the model on another machine",
  );
}

const WORLD = {
  allows: (name: string) =>
    name === ORDERED_DICT || name === TENSOR || name === PARAMETER || STORAGES.has(name),
  call: (name: string, values: readonly PickleValue[]): PickleValue => {
    if (name === ORDERED_DICT && values.length === 0) return new PickledDict();
    if (name === PARAMETER && values[0] instanceof View) return values[0];
    if (name === TENSOR) return rebuildTensor(values);
    throw damagedPytorch(
      `data.pkl calls ${quoteName(name)} with ${values.map(kindOf).slice(0, 8).join(", ")}`,
    );
  },
  load: (id: PickleValue): PickleValue => {
    const [word, type, key, , size] = id instanceof PickledTuple ? id.items : [];
    const storage = type instanceof PickledName ? STORAGES.get(type.name) : undefined;
    if (word !== "storage" || !storage || typeof key !== "string" || !isSize(size)) {
      throw damagedPytorch("data.pkl describes a storage that cannot be read");
    }
    return new Storage(key, storage, size);
  },
};

/** `_rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks)` */
function rebuildTensor([storage, offset, shape, strides]: readonly PickleValue[]): View {
  const [sizes, steps] = [shape, strides].map((value) => (value instanceof PickledTuple ? value.items : []));
  if (
    !(storage instanceof Storage) ||
    !isSize(offset) ||
    !(shape instanceof PickledTuple) ||
    !sizes ||
    sizes.length > MOST_AXES ||
    sizes.length !== steps?.length ||
    !sizes.every(isSize) ||
    !steps.every(isSize)
  ) {
    throw damagedPytorch("data.pkl describes a tensor that cannot be read");
  }
  return new View(storage, offset, sizes, steps);
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** The tensors of a dict, without GPT-2's buffers. */
function viewsOf(value: PickleValue): [name: string, view: View][] {
  if (!(value instanceof PickledDict)) {
    throw unsupportedPytorch(`the file holds ${kindOf(value)}, not a dict of tensors`, STATE_DICT);
  }
  const views: [string, View][] = [];
  for (const [name, view] of value.entries) {
    if (typeof name !== "string" || !(view instanceof View)) {
      throw unsupportedPytorch(`${kindOf(name)} is ${kindOf(view)}, not a tensor`, STATE_DICT);
    }
    if (!isBuffer(ownName(name))) views.push([name, view]);
  }
  return views;
}

const STATE_DICT = "save the model's state_dict() only, or use a model.safetensors";

/** @throws CheckpointError when the tensors exceed the limits above. */
function checkTotal(views: readonly [name: string, view: View][], file: CheckpointFile): void {
  const head = views.find(([name]) => ownName(name) === "lm_head.weight")?.[1];
  let total = 0;
  for (const [name, view] of views) {
    if (ownName(name) === "wte.weight" && head?.equals(view)) continue; // a tied head is compared, not stored
    total += view.size * (view.storage.dtype.includes("F") ? 4 : view.storage.bytesEach);
  }
  if (total <= MOST_TIMES_FILE * file.bytes + MOST_BEYOND_FILE) return;
  throw unsupportedPytorch(
    `the tensors take ${total} bytes as float32, in a file of ${file.bytes}`,
    "too many of them share a storage; save the model with clones of its tensors",
  );
}

function tensorAt(
  name: string,
  view: View,
  storageBegin: number,
  file: CheckpointFile,
  spare: SpareMemory,
): PytorchTensor {
  const { storage, offset, shape, strides, size } = view;
  const { dtype, bytesEach } = storage;
  if (offset + view.span > storage.size) {
    throw damagedPytorch(
      `tensor ${quoteName(name)}, ${quoteShape(shape)} from number ${offset}, does not fit into ${storage.size} numbers`,
    );
  }
  const begin = storageBegin + offset * bytesEach;
  if (isContiguous(shape, strides)) return { name, dtype, shape, begin, end: begin + size * bytesEach };
  if (overlaps(shape, strides)) {
    throw unsupportedPytorch(
      `elements of tensor ${quoteName(name)}, ${quoteShape(shape)} with strides ${quoteShape(strides)}, overlap`,
      "save the model with contiguous tensors",
    );
  }
  const layout = { begin, end: begin + view.span * bytesEach, bytesEach, shape, strides };
  return {
    name,
    dtype,
    shape,
    begin: 0,
    end: size * bytesEach,
    file: stridedFile(file, layout, spare),
    isStrided: true,
  };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i -= 1) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i]!;
  }
  return true;
}

/** Whether two indices may have the same element: a stride is less than the span of the axes with smaller strides. */
function overlaps(shape: readonly number[], strides: readonly number[]): boolean {
  const axes = shape.map((size, i) => ({ size, stride: strides[i]! })).filter(({ size }) => size > 1);
  axes.sort((a, b) => a.stride - b.stride);
  let span = 1;
  for (const { size, stride } of axes) {
    if (stride < span) return true;
    span += (size - 1) * stride;
  }
  return false;
}
