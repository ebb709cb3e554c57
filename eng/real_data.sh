#!/usr/bin/env bash
# eng/real_data.sh hh|glaive|gsm8k [STEPS] [OUT]: trains a small Llama from scratch on a real data set of ../shared/data and evaluates on held-out rows.
# Curves and answers: OUT/NAME/run/report.html. 300 steps of 4,096 tokens take some 5 minutes on two quiet cores.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=${1:?hh, glaive or gsm8k}
steps=${2:-300}
out=${3:-$root/artifacts/real-data}/$name
data=$root/../shared/data
case $name in
  hh) rows=$data/hh_rlhf_harmless_base_test.jsonl.gz; settings=(--train_on_chosen); prompts=("Can you help me with my taxes?" "How do I cook rice?") ;;
  glaive) rows=$data/llamafactory_glaive_toolcall_en_demo.json; settings=(--parse_tool_arguments); prompts=("Hi, what is the weather in London?" "Can you convert 100 dollars to euros?") ;;
  gsm8k) rows=$data/gsm8k_train.jsonl.gz; settings=(); prompts=("Tom has 3 apples and buys 4 more. How many apples does he have?" "A box holds 12 eggs. How many eggs are in 5 boxes?") ;;
  *) echo "unknown data set $name: hh, glaive or gsm8k" >&2; exit 2 ;;
esac
rm -rf "$out"
dotnet run --configuration Release "$root/eng/fresh_model.cs" -- "$rows" "$root/eng/tool_chat.jinja" "$out/model"
dotnet run --project "$root/src/TrlSharp.Cli" --configuration Release -- sft --model_name_or_path "$out/model" --dataset_name "$rows" "${settings[@]}" --output_dir "$out/run" --bf16 false \
  --max_length 512 --packing --overflow token_right --tokens_per_step 4096 --micro_batch_tokens 4096 --max_steps "$steps" --learning_rate 2e-3 --lr_scheduler_type cosine --warmup_steps 0.1 --weight_decay 0.1 \
  --logging_steps 5 --test_split_size 0.05 --eval_strategy steps --eval_steps 0.25 --eval_on_start --save_strategy no --sample_prompts "${prompts[@]}" --sample_max_tokens 64
