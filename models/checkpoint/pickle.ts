/**
 * Reads the subset of Python's pickle format that PyTorch uses for tensors: a fixed list of opcodes, and of functions that may
 * be called, which are implemented here. No code of the file is run. Format: CPython, `Lib/pickletools.py`.
 */
import { damagedPytorch, unsupportedPytorch } from "./pytorch-errors.ts";
import { quoteName } from "../quote.ts";

/** An object that a call returned. */
export abstract class PickledObject {
  /** Its kind for messages, such as "a tensor". */
  abstract readonly kind: string;
}

export class PickledTuple {
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

export class PickledList {
  readonly items: PickleValue[] = [];
}

/** A dict or an OrderedDict; keys may be repeated. */
export class PickledDict {
  readonly entries: [key: PickleValue, value: PickleValue][] = [];
}

/** The name of a class or a function. */
export class PickledName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickledTuple
  | PickledList
  | PickledDict
  | PickledName
  | PickledObject;

/** The names that a pickle may use, and their implementations. */
export interface PickleWorld {
  /** Whether a class or function, such as "torch._utils._rebuild_tensor_v2", is allowed. */
  readonly allows: (name: string) => boolean;
  readonly call: (name: string, values: readonly PickleValue[]) => PickleValue;
  /** The object of a persistent id. */
  readonly load: (id: PickleValue) => PickleValue;
}

/**
 * Reads a pickle.
 *
 * @param mostSteps the limit of instructions. Each creates at most one value, of about 100 bytes, so memory is bounded.
 * @throws CheckpointError for a damaged pickle, or one with other opcodes or names.
 */
export function readPickle(bytes: Uint8Array, world: PickleWorld, mostSteps: number): PickleValue {
  return new Unpickler(bytes, world).run(mostSteps);
}

/** The kind of a value, for messages. */
export function kindOf(value: PickleValue): string {
  if (value === null) return "None";
  if (typeof value === "string") return `the text ${quoteName(value)}`;
  if (value instanceof PickledTuple) return "a tuple";
  if (value instanceof PickledList) return "a list";
  if (value instanceof PickledDict) return "a dict";
  if (value instanceof PickledName) return quoteName(value.name);
  return value instanceof PickledObject ? value.kind : String(value);
}

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #world: PickleWorld;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #at = 0;

  constructor(bytes: Uint8Array, world: PickleWorld) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#world = world;
  }

  run(mostSteps: number): PickleValue {
    for (let steps = 0; steps < mostSteps; steps += 1) {
      const at = this.#at;
      const instruction = this.#byte();
      if (instruction === STOP) return this.#pop();
      if (!this.#push(instruction) && !this.#change(instruction)) {
        const code = `0x${instruction.toString(16).padStart(2, "0")}`;
        throw unsupportedPytorch(
          `data.pkl has instruction ${code} at byte ${at}, which tensors do not need`,
          ONLY,
        );
      }
    }
    throw unsupportedPytorch(`data.pkl has more than ${mostSteps} instructions`, ONLY);
  }

  /** Executes an opcode that pushes a new value. @returns whether it is one. */
  #push(instruction: number): boolean {
    switch (instruction) {
      case 0x4e: // NONE
        return this.#add(null);
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        return this.#add(instruction === 0x88);
      case 0x4b: // BININT1
        return this.#add(this.#byte());
      case 0x4d: // BININT2
        return this.#add(this.#view.getUint16(this.#skip(2), true));
      case 0x4a: // BININT
        return this.#add(this.#view.getInt32(this.#skip(4), true));
      case 0x8a: // LONG1
        return this.#add(this.#long(this.#byte()));
      case 0x47: // BINFLOAT
        return this.#add(this.#view.getFloat64(this.#skip(8)));
      case 0x58: // BINUNICODE
        return this.#add(this.#text(this.#view.getUint32(this.#skip(4), true)));
      case 0x8c: // SHORT_BINUNICODE
        return this.#add(this.#text(this.#byte()));
      case 0x29: // EMPTY_TUPLE
        return this.#add(EMPTY);
      case 0x5d: // EMPTY_LIST
        return this.#add(new PickledList());
      case 0x7d: // EMPTY_DICT
        return this.#add(new PickledDict());
      case 0x63: // GLOBAL
        return this.#add(this.#name(this.#line(), this.#line()));
      case 0x68: // BINGET
        return this.#add(this.#recall(this.#byte()));
      case 0x6a: // LONG_BINGET
        return this.#add(this.#recall(this.#view.getUint32(this.#skip(4), true)));
      default:
        return false;
    }
  }

  /** Executes an opcode that uses values on the stack. @returns whether it is one. */
  #change(instruction: number): boolean {
    switch (instruction) {
      case 0x80: // PROTO
        this.#skip(1);
        return true;
      case 0x95: // FRAME
        this.#skip(8);
        return true;
      case 0x28: // MARK
        this.#marks.push(this.#stack.length);
        return true;
      case 0x71: // BINPUT
        return this.#remember(this.#byte());
      case 0x72: // LONG_BINPUT
        return this.#remember(this.#view.getUint32(this.#skip(4), true));
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size);
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#add(new PickledTuple(this.#popMany(instruction - 0x84)));
      case 0x74: // TUPLE
        return this.#add(new PickledTuple(this.#popMarked()));
      case 0x61: // APPEND
        return this.#append(this.#popMany(1));
      case 0x65: // APPENDS
        return this.#append(this.#popMarked());
      case 0x73: // SETITEM
        return this.#set(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#set(this.#popMarked());
      case 0x93: // STACK_GLOBAL
        return this.#add(this.#stackName(this.#popMany(2)));
      case 0x51: // BINPERSID
        return this.#add(this.#world.load(this.#pop()));
      case 0x52: // REDUCE
        return this.#add(this.#call(this.#popMany(2)));
      case 0x62: // BUILD
        return this.#build(this.#pop());
      default:
        return false;
    }
  }

  #add(value: PickleValue): true {
    this.#stack.push(value);
    return true;
  }

  #pop(): PickleValue {
    const value = this.#stack.length > (this.#marks.at(-1) ?? 0) ? this.#stack.pop() : undefined;
    if (value === undefined) throw this.#broken("pops a value from an empty stack");
    return value;
  }

  #popMany(count: number): PickleValue[] {
    const available = this.#stack.length - (this.#marks.at(-1) ?? 0);
    if (available < count) throw this.#broken("pops a value from an empty stack");
    return this.#stack.splice(this.#stack.length - count);
  }

  #popMarked(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#broken("pops to a mark that does not exist");
    return this.#stack.splice(mark);
  }

  #top(): PickleValue {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }

  #remember(index: number): true {
    this.#memo.set(index, this.#top());
    return true;
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#broken(`reads memo entry ${index}, which was not stored`);
    return value;
  }

  #append(items: readonly PickleValue[]): true {
    const list = this.#top();
    if (!(list instanceof PickledList)) throw this.#broken(`appends to ${kindOf(list)}`);
    for (const item of items) list.items.push(item);
    return true;
  }

  #set(items: readonly PickleValue[]): true {
    const dict = this.#top();
    if (!(dict instanceof PickledDict) || items.length % 2 !== 0) {
      throw this.#broken(`sets ${items.length} keys and values of ${kindOf(dict)}`);
    }
    for (let i = 0; i < items.length; i += 2) dict.entries.push([items[i]!, items[i + 1]!]);
    return true;
  }

  #name(module: PickleValue, name: PickleValue): PickledName {
    const full = `${String(module)}.${String(name)}`;
    if (this.#world.allows(full)) return new PickledName(full);
    throw unsupportedPytorch(
      `data.pkl names ${quoteName(full)}, which tensors do not need; it was not run`,
      ONLY,
    );
  }

  #stackName([module, name]: readonly PickleValue[]): PickledName {
    if (typeof module !== "string" || typeof name !== "string")
      throw this.#broken("names a function by a value that is not text");
    return this.#name(module, name);
  }

  #call([callee, values]: readonly PickleValue[]): PickleValue {
    if (callee instanceof PickledName && values instanceof PickledTuple) {
      return this.#world.call(callee.name, values.items);
    }
    throw this.#broken("calls a value that is not a function");
  }

  /** Ignores the state of an OrderedDict: it is `_metadata`, the versions of modules. */
  #build(state: PickleValue): true {
    if (this.#top() instanceof PickledDict && state instanceof PickledDict) return true;
    throw this.#broken(`sets the state of ${kindOf(this.#top())}`);
  }

  #byte(): number {
    return this.#bytes[this.#skip(1)]!;
  }

  /** @returns the position of the first skipped byte. */
  #skip(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw this.#broken("is cut off");
    this.#at += count;
    return at;
  }

  #text(length: number): string {
    const begin = this.#skip(length);
    return UTF8.decode(this.#bytes.subarray(begin, begin + length));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#broken("is cut off");
    const line = this.#text(end - this.#at);
    this.#skip(1);
    return line;
  }

  /** A whole number, little-endian in two's complement. */
  #long(length: number): number {
    if (length > LONGEST_LONG) throw this.#broken(`has a whole number of ${length} bytes`);
    const begin = this.#skip(length);
    if (length === 0) return 0;
    let value = BigInt(this.#view.getInt8(begin + length - 1));
    for (let i = length - 2; i >= 0; i -= 1) value = (value << 8n) | BigInt(this.#bytes[begin + i]!);
    return Number(value);
  }

  #broken(found: string): Error {
    return damagedPytorch(`data.pkl ${found}, at byte ${this.#at}`);
  }
}

const STOP = 0x2e;
/** Sizes and offsets take 9 bytes at most: 64 bits and the sign. */
const LONGEST_LONG = 9;
const UTF8 = new TextDecoder();
const EMPTY = new PickledTuple([]);
const ONLY = "only weights can be read: save the model's state_dict() only, or use a model.safetensors";
