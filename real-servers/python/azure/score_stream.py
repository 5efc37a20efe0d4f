"""Like score.py, and its answers are streamed: an event a token, then `[DONE]`."""

import json
import time

from azureml_inference_server_http.api.aml_request import rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse

from score import PREFILL_SECONDS, TOKEN_SECONDS, WORDS


def init():
    pass


def events(tokens: int):
    time.sleep(PREFILL_SECONDS)
    for each in range(tokens):
        time.sleep(TOKEN_SECONDS)
        yield f"data: {json.dumps({'text': f' {WORDS[each % len(WORDS)]}'})}\n\n"
    yield "data: [DONE]\n\n"


@rawhttp
def run(request):
    parameters = request.get_json()["input_data"]["parameters"]
    return AMLResponse(events(int(parameters["max_tokens"])), 200, {"Content-Type": "text/event-stream"})
