"""A scoring script with the contract of Azure ML's catalogue of models; the model is a clock.

In: {"input_data": {"input_string": ["prompt"], "parameters": {"max_tokens": 8, "return_full_text": false}}}
Out: [{"0": "text"}], a key a prompt.
"""

import json
import time

PREFILL_SECONDS = 0.03
TOKEN_SECONDS = 0.005
WORDS = "the quick brown fox jumps over a lazy dog and then it rests beside an old stone wall".split()


def init():
    pass


def generate(prompt: str, tokens: int, whole: bool) -> str:
    time.sleep(PREFILL_SECONDS + tokens * TOKEN_SECONDS)
    words = (WORDS[(len(prompt) + each) % len(WORDS)] for each in range(tokens))
    text = " " + " ".join(words)
    return prompt + text if whole else text


def run(raw_data):
    data = json.loads(raw_data)["input_data"]
    parameters = data.get("parameters", {})
    tokens = int(parameters.get("max_tokens", 256))
    whole = bool(parameters.get("return_full_text", True))
    return [{str(index): generate(prompt, tokens, whole) for index, prompt in enumerate(data["input_string"])}]
