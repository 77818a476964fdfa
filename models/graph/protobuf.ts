/**
 * The part of the protocol-buffer wire format that ONNX files need: varints, 32-bit floats and length-delimited fields.
 * Source: protobuf.dev, "Encoding".
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Encoded fields; a message is the concatenation of its fields. */
export type Field = Uint8Array;

export function message(...fields: readonly (Field | readonly Field[])[]): Uint8Array {
  const parts = fields.flat();
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A whole number; negative ones take ten bytes. */
export function integerField(field: number, value: number): Field {
  return Uint8Array.from([...varint(field * 8 + VARINT), ...varint(value)]);
}

export function floatField(field: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return Uint8Array.from([...varint(field * 8 + FIXED_32), ...bytes]);
}

export function textField(field: number, value: string): Field {
  return bytesField(field, new TextEncoder().encode(value));
}

/** Raw bytes, or a message inside a message. */
export function bytesField(field: number, bytes: Uint8Array): Field {
  return message(Uint8Array.from([...varint(field * 8 + LENGTH_DELIMITED), ...varint(bytes.length)]), bytes);
}

/** Whole numbers in one packed field. */
export function integersField(field: number, values: readonly number[]): Field {
  return bytesField(field, Uint8Array.from(values.flatMap((value) => varint(value))));
}

/** Base 128, low group first, the high bit set on all bytes but the last. */
function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
