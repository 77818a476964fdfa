/** Builds files in PyTorch's format: a ZIP archive with a pickle of tensors and their storages. */

export interface ZipOptions {
  /** Every size and offset in 64 bits. */
  readonly zip64?: boolean;
  /** 0 is stored, 8 is deflated; the contents are written as they are. */
  readonly method?: number;
  readonly comment?: string;
}

/** An archive of stored files. */
export function zipFile(
  entries: readonly (readonly [name: string, contents: Uint8Array])[],
  { zip64 = false, method = 0, comment = "" }: ZipOptions = {},
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  const write = (part: Uint8Array): void => {
    parts.push(part);
    at += part.length;
  };
  for (const [name, contents] of entries) {
    const [header, label] = [at, text(name)];
    const narrow = (value: number): Uint8Array => u32(zip64 ? 0xffffffff : value);
    const padding = new Uint8Array((64 - ((at + 30 + label.length + 4) % 64)) % 64); // PyTorch aligns contents
    const common = joined(
      u16(45),
      u16(0),
      u16(method),
      u32(0),
      u32(0),
      u32(contents.length),
      u32(contents.length),
    );
    write(joined(u32(0x04034b50), common, u16(label.length), u16(padding.length + 4)));
    write(joined(label, u16(0x4246), u16(padding.length), padding, contents));
    const field = zip64
      ? joined(u16(1), u16(24), u64(contents.length), u64(contents.length), u64(header))
      : new Uint8Array();
    const sizes = joined(
      narrow(contents.length),
      narrow(contents.length),
      u16(label.length),
      u16(field.length),
    );
    central.push(
      joined(
        joined(u32(0x02014b50), u16(45), u16(45), u16(0), u16(method), u32(0), u32(0), sizes),
        joined(u16(0), u16(0), u16(0), u32(0), narrow(header), label, field),
      ),
    );
  }
  const [directory, begin] = [joined(...central), at];
  write(directory);
  if (zip64) {
    const [record, count] = [at, u64(entries.length)];
    write(joined(u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0), count, count));
    write(joined(u64(directory.length), u64(begin)));
    write(joined(u32(0x07064b50), u32(0), u64(record), u32(1)));
  }
  const counts = u16(zip64 ? 0xffff : entries.length);
  const [size, offset] = zip64 ? [0xffffffff, 0xffffffff] : [directory.length, begin];
  const words = text(comment);
  write(joined(u32(0x06054b50), u32(0), counts, counts, u32(size), u32(offset), u16(words.length), words));
  return joined(...parts);
}

/** Opcodes of a value; `pickle` assembles them to a pickle. */
export type Instructions = Uint8Array<ArrayBuffer>;

export function pickle(value: Instructions): Instructions {
  return joined(bytes(0x80, 2), value, text("."));
}

export const none: Instructions = text("N");

export function string(value: string): Instructions {
  return joined(text("X"), u32(text(value).length), text(value));
}

export function number(value: number): Instructions {
  if (value >= 0 && value < 256) return bytes(0x4b, value);
  return Math.abs(value) < 2 ** 31 ? joined(text("J"), u32(value)) : joined(bytes(0x8a, 8), u64(value));
}

export function tuple(...items: readonly Instructions[]): Instructions {
  return joined(text("("), ...items, text("t"));
}

/** The name of a class or function. */
export function named(module: string, name: string): Instructions {
  return text(`c${module}\n${name}\n`);
}

export function called(module: string, name: string, ...values: readonly Instructions[]): Instructions {
  return joined(named(module, name), tuple(...values), text("R"));
}

export function dict(entries: readonly (readonly [Instructions, Instructions])[]): Instructions {
  return joined(text("}("), ...entries.flat(), text("u"));
}

export const orderedDict: Instructions = called("collections", "OrderedDict");

/** A storage of `size` numbers; `type` such as "FloatStorage". */
export function storage(type: string, key: string, size: number): Instructions {
  return joined(
    tuple(string("storage"), named("torch", type), string(key), string("cpu"), number(size)),
    text("Q"),
  );
}

/** A view of a storage. */
export function tensor(
  from: Instructions,
  offset: number,
  shape: readonly number[],
  strides: readonly number[] = rowMajor(shape),
): Instructions {
  const sizes = [shape, strides].map((list) => tuple(...list.map(number)));
  return called(
    "torch._utils",
    "_rebuild_tensor_v2",
    from,
    number(offset),
    ...sizes,
    bytes(0x89),
    orderedDict,
  );
}

/** A file with these tensors by name, and the bytes of the storages that they are in, by key. */
export function pytorchFile(
  tensors: Readonly<Record<string, Instructions>>,
  storages: Readonly<Record<string, ArrayBufferView<ArrayBuffer>>>,
  options: ZipOptions = {},
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors).map(([name, value]) => [string(name), value] as const);
  return archive(pickle(dict(entries)), storages, options);
}

/** A file with this pickle, and these storages by key. */
export function archive(
  data: Uint8Array,
  storages: Readonly<Record<string, ArrayBufferView<ArrayBuffer>>> = {},
  options: ZipOptions = {},
): Uint8Array<ArrayBuffer> {
  return zipFile(
    [
      ["model/data.pkl", data],
      ["model/byteorder", text("little")],
      ...Object.entries(storages).map(
        ([key, { buffer, byteOffset, byteLength }]) =>
          [`model/data/${key}`, new Uint8Array(buffer, byteOffset, byteLength)] as const,
      ),
      ["model/version", text("3\n")],
    ],
    options,
  );
}

function rowMajor(shape: readonly number[]): number[] {
  return shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1));
}

export function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

export function bytes(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(values);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function u16(value: number): Uint8Array {
  return bytes(value & 255, value >> 8);
}

function u32(value: number): Uint8Array {
  return bytes(...[0, 8, 16, 24].map((shift) => (value >>> shift) & 255));
}

function u64(value: number): Uint8Array {
  return joined(u32(value % 2 ** 32), u32(Math.floor(value / 2 ** 32)));
}
