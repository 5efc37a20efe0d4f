"""Puts an engine without a GPU into every process of a real DeepSpeed-MII deployment, found there by PYTHONPATH.

One module is replaced, mii.modeling.models: the engine keeps account of its cache blocks as the real one does, and after a
fixed time a step it returns random logits. All else is the package's own: launcher, scheduler, servers, load balancer.
"""

import os
import sys
import time
import types

STEP_SECONDS = 0.01
BLOCK_TOKENS = 16
BLOCKS = 1_000_000
LONGEST = 8192
# Added to the end token's logit, so that it is as good as never drawn.
END_BIAS = -20.0


class Engine:
    def __init__(self, vocabulary, end, manager):
        self.vocabulary = vocabulary
        self.end = end
        self.tokens = {}
        self._config = types.SimpleNamespace(state_manager=manager)
        model = types.SimpleNamespace(max_seq_length=LONGEST)
        checkpoint = types.SimpleNamespace(model_config=model)
        self._policy = types.SimpleNamespace(_checkpoint_engine=checkpoint)

    @property
    def free_blocks(self):
        import torch

        return torch.tensor([BLOCKS - sum(-(-held // BLOCK_TOKENS) for held in self.tokens.values())])

    def get_remaining_block_capacity(self, uid):
        return -self.tokens.get(uid, 0) % BLOCK_TOKENS

    def query(self, uid, wanted, most_blocks):
        room = self.get_remaining_block_capacity(uid)
        fitting = min(wanted, room + int(most_blocks) * BLOCK_TOKENS)
        return fitting, max(0, -(-(fitting - room) // BLOCK_TOKENS))

    def put(self, uids, tokens, do_checks=False):
        import torch

        time.sleep(STEP_SECONDS)
        for uid, added in zip(uids, tokens):
            self.tokens[uid] = self.tokens.get(uid, 0) + len(added)
        logits = torch.randn(len(uids), self.vocabulary)
        logits[:, self.end] += END_BIAS
        return logits

    def flush(self, uid):
        self.tokens.pop(uid, None)


def load_model(model_config):
    import deepspeed
    import torch
    from deepspeed.accelerator import get_accelerator
    from transformers import AutoTokenizer

    deepspeed.init_distributed(dist_backend="gloo")
    # On CPU it is the text "0", which no rank is equal to.
    get_accelerator().current_device = lambda: int(os.environ.get("LOCAL_RANK", "0"))
    torch.cuda.synchronize = lambda *_: None
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(model_config.tokenizer)
    return Engine(len(tokenizer), tokenizer.eos_token_id, model_config.inference_engine_config.state_manager)


module = types.ModuleType("mii.modeling.models")
module.load_model = load_model
sys.modules["mii.modeling.models"] = module
