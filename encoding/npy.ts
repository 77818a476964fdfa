/** NumPy's `.npy` format, version 1.0 (NEP 1), for matrices of bytes. */

/** The header, magic included, ends on a multiple of this. */
const ALIGNMENT = 64;
const PREFIX_BYTES = 10;

/**
 * @param data row-major.
 * @param shape `[rows, columns]`.
 * @returns a file that `numpy.load` reads as uint8.
 */
export function writeNpy(data: Uint8Array, shape: readonly [number, number]): Uint8Array<ArrayBuffer> {
  const dictionary = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
  const headerBytes =
    Math.ceil((PREFIX_BYTES + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT - PREFIX_BYTES;
  const header = new TextEncoder().encode(`${dictionary.padEnd(headerBytes - 1)}\n`);
  const file = new Uint8Array(PREFIX_BYTES + header.length + data.length);
  file.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length & 0xff, header.length >> 8]);
  file.set(header, PREFIX_BYTES);
  file.set(data, PREFIX_BYTES + header.length);
  return file;
}
