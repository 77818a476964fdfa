/** Values of graph inputs. */
import type { RuntimeTensor } from "../runtime.ts";

export function float32(values: Float32Array | readonly number[], ...shape: number[]): RuntimeTensor {
  return {
    type: "float32",
    data: values instanceof Float32Array ? values : Float32Array.from(values),
    shape,
  };
}

export function int32(values: Int32Array | readonly number[], ...shape: number[]): RuntimeTensor {
  return { type: "int32", data: values instanceof Int32Array ? values : Int32Array.from(values), shape };
}
