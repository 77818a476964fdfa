"""Writes GPT-2 small with seeded random weights, once, in the formats of all implementations.

    python make_gpt2.py FOLDER        (pip install torch transformers safetensors "optimum-onnx[onnxruntime]" gguf)
    python make_gpt2.py FOLDER arrival   the same shape with the 55,028 ids of the Anticipatory Music Transformer; no GGUF

    FOLDER/config.json, model.safetensors        Hugging Face, PyTorch and Ostinato
    FOLDER/onnx/model.onnx, model_quantized.onnx transformers.js: Optimum's export, and its 8-bit form
    FOLDER/gpt2-f32.gguf, gpt2-q8_0.gguf         llama.cpp

Matrices are normal with a standard deviation of 0.1, about what training gives them. Hugging Face's initial 0.02 would
leave the logits so flat that rounding decides every greedy choice. Existing files are not made again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from transformers import GPT2Config, GPT2LMHeadModel

SEED = 20261125
DEVIATION = 0.1


def make_model(is_arrival: bool) -> GPT2LMHeadModel:
    arrival = {
        "vocab_size": 55_028,
        "bos_token_id": 55_025,
        "eos_token_id": 55_025,
        "scale_attn_by_inverse_layer_idx": True,
        "attn_implementation": "eager",
    }
    config = GPT2Config(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, **(arrival if is_arrival else {}))
    model = GPT2LMHeadModel(config).eval()
    random = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            middle = 1.0 if ".ln_" in name and name.endswith("weight") else 0.0
            weight.copy_(middle + DEVIATION * torch.randn(weight.shape, generator=random))
    return model


def save_onnx(folder: Path, is_arrival: bool) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from optimum.exporters.onnx import main_export

    target = folder / "onnx"
    if not (target / "model.onnx").exists():
        eager = {"attn_implementation": "eager"}  # the others of this version ignore the scale by layer
        main_export(
            str(folder),
            output=target,
            task="text-generation-with-past",
            do_validation=False,
            model_kwargs=eager if is_arrival else None,
        )
    if not (target / "model_quantized.onnx").exists():
        # The settings of transformers.js's conversion script for "q8" files.
        quantize_dynamic(
            target / "model.onnx",
            target / "model_quantized.onnx",
            per_channel=False,
            reduce_range=False,
            weight_type=QuantType.QInt8,
            extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True},
        )


def save_gguf(model: GPT2LMHeadModel, path: Path, quantized: bool) -> None:
    import gguf

    if path.exists():
        return
    config = model.config
    writer = gguf.GGUFWriter(path, "gpt2")
    writer.add_block_count(config.n_layer)
    writer.add_context_length(config.n_positions)
    writer.add_embedding_length(config.n_embd)
    writer.add_feed_forward_length(4 * config.n_embd)
    writer.add_head_count(config.n_head)
    writer.add_layer_norm_eps(config.layer_norm_epsilon)
    kind = gguf.LlamaFileType.MOSTLY_Q8_0 if quantized else gguf.LlamaFileType.ALL_F32
    writer.add_file_type(kind)
    # A tokenizer is required, though only ids are used.
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*(f"{i}" for i in range(config.vocab_size - 1)), "<|endoftext|>"])
    writer.add_token_types([gguf.TokenType.NORMAL] * (config.vocab_size - 1) + [gguf.TokenType.CONTROL])
    writer.add_token_merges(["1 2"])
    writer.add_bos_token_id(config.vocab_size - 1)
    writer.add_eos_token_id(config.vocab_size - 1)
    for name, weight in model.transformer.named_parameters():
        values = weight.detach().numpy()
        if values.ndim == 2 and name.startswith("h."):
            values = values.T  # llama.cpp keeps [out, in]
        values = np.ascontiguousarray(values, dtype=np.float32)
        if quantized and values.ndim == 2 and name != "wpe.weight":
            q8 = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(gguf_name(name), gguf.quantize(values, q8), raw_dtype=q8)
        else:
            writer.add_tensor(gguf_name(name), values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def gguf_name(name: str) -> str:
    """llama.cpp's name for a GPT-2 tensor; the head is the embedding."""
    parts = {"attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_1": "attn_norm", "ln_2": "ffn_norm"}
    parts |= {"mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"}
    if name.startswith("h."):
        _, layer, rest = name.split(".", 2)
        part, kind = rest.rsplit(".", 1)
        return f"blk.{layer}.{parts[part]}.{kind}"
    part, kind = name.rsplit(".", 1)
    return f"{({'wte': 'token_embd', 'wpe': 'position_embd', 'ln_f': 'output_norm'})[part]}.{kind}"


def main() -> None:
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["arrival"]):
        sys.exit("usage: python make_gpt2.py FOLDER [arrival]")
    is_arrival = len(sys.argv) == 3
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    model = make_model(is_arrival)
    if not (folder / "model.safetensors").exists():
        model.save_pretrained(folder)
    if not is_arrival:
        save_gguf(model, folder / "gpt2-f32.gguf", quantized=False)
        save_gguf(model, folder / "gpt2-q8_0.gguf", quantized=True)
    save_onnx(folder, is_arrival)


main()
