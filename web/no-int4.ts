/** In place of `models/graph/quantize-int4.ts`: int4 needs the native runtime. */
export const quantizeNibbles = (): never => {
  throw new TypeError("the page has no int4");
};
