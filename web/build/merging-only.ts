/** Leaves out the parts of `@huggingface/tokenizers` that `encoding/text` does not use: all but the merging of byte pairs. */
import type { Plugin } from "vite";

/** Functions that create the parts of a tokenizer by name, and what they return where nothing but merging is used. */
const FACTORIES: Readonly<Record<string, string>> = {
  create_normalizer: "null",
  create_pre_tokenizer: "null",
  create_post_processor: "null",
  create_decoder: "null",
  create_tokenizer_model: "new BPE_default(model)",
};

export function mergingOnly(): Plugin {
  return {
    name: "ostinato-merging-only",
    transform: (code, id) =>
      id.endsWith("@huggingface/tokenizers/dist/tokenizers.mjs") ? withoutOthers(code) : null,
  };
}

/**
 * Replaces the factories, so that the classes that only they name stay out of the bundle.
 *
 * @throws TypeError for a version of the package that does not have them.
 */
export function withoutOthers(code: string): string {
  return Object.entries(FACTORIES).reduce((text, [name, result]) => {
    const declaration = `function ${name}(`;
    const parts = text.split(declaration);
    if (parts.length !== 2) throw new TypeError(`@huggingface/tokenizers has no ${name}: adapt web/build`);
    return parts.join(`function ${name}(model) {\n  return ${result};\n}\nfunction unused_${name}(`);
  }, code);
}
