/** In place of `src/text/score-text.ts`: the page scores no texts. */
export const scoreText = (): never => {
  throw new TypeError("the page scores no texts");
};
