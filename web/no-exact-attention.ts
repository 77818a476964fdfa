/** In place of `models/graph/exact-attention.ts`: only graphs of the native backend have exact attention. */
const none = (): never => {
  throw new TypeError("the page has no exact attention");
};

export const [GROUP_ROWS, EXACT_ROWS] = [1, 1];
export {
  none as exactAttention,
  none as exactFrame,
  none as exactMaskShape,
  none as exactPaddingShape,
  none as exactSizes,
  none as runPositions,
};
